/** A value of the library, as its types say it. */
interface RuntimeValue {
  type: string;
  value: unknown;
  toString(): string;
}

/** What Python's `str()` makes of a value, and Jinja of one that is undefined: nothing. */
export function renderPython(runtime: RuntimeValue): string {
  if (runtime.type === "StringValue") return String(runtime.value);
  return runtime.type === "UndefinedValue" ? "" : renderRepr(runtime);
}

function renderRepr(runtime: RuntimeValue): string {
  const { value } = runtime;
  if (typeof value === "string") return quote(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null || value === undefined) return "None";
  if (Array.isArray(value)) return renderItems(value, runtime.type === "TupleValue");
  if (value instanceof Map) return renderMapping(value);
  return runtime.toString();
}

function renderItems(items: unknown[], tuple: boolean): string {
  const text = items.map(renderMember).join(", ");
  if (!tuple) return `[${text}]`;
  return items.length === 1 ? `(${text},)` : `(${text})`;
}

function renderMapping(mapping: Map<unknown, unknown>): string {
  const entries = [...mapping].map(([key, value]) => `${quote(String(key))}: ${renderMember(value)}`);
  return `{${entries.join(", ")}}`;
}

function renderMember(value: unknown): string {
  const isRuntime = typeof value === "object" && value !== null && "type" in value && "value" in value;
  return isRuntime
    ? renderRepr({ ...value, type: String(value.type), toString: () => String(value) })
    : String(value);
}

const escapes: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\\n\r\t]/g, (char) => escapes[char] ?? char);
  return `${mark}${mark === "'" ? escaped.replaceAll("'", "\\'") : escaped}${mark}`;
}
