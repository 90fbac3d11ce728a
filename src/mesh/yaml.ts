type Yaml = string | number | boolean | readonly Yaml[] | { readonly [key: string]: Yaml };

/** Starts with a letter, so that no reader takes it for a number, a date or YAML syntax. */
const plain = /^[A-Za-z](?:[\w./:-]*[\w/-])?$/;
/** What YAML 1.1, which LiteLLM's parser reads, takes for a boolean or null (yaml.org/type). */
const word = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
/** Line breaks of YAML 1.1 that JSON does not escape, and characters that its readers refuse. */
const unwritable = /[\p{Cc}\p{Cf}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** A value as YAML 1.1 in which a text stays a text whatever it contains. Not for lone surrogates, which no reader takes. */
export function renderYaml(value: Yaml): string {
  return `${renderLines(value).join("\n")}\n`;
}

function renderLines(value: Yaml): string[] {
  if (typeof value === "string") return [renderText(value)];
  if (typeof value !== "object") return [String(value)];
  if (isList(value)) return value.length === 0 ? ["[]"] : value.flatMap((one) => indent("- ", one));
  const fields = Object.entries(value);
  return fields.length === 0 ? ["{}"] : fields.flatMap(([key, one]) => renderField(renderText(key), one));
}

function renderField(key: string, value: Yaml): string[] {
  const lines = renderLines(value);
  const isNested = typeof value === "object" && Object.keys(value).length > 0;
  return isNested ? [`${key}:`, ...lines.map((line) => `  ${line}`)] : [`${key}: ${lines.join("")}`];
}

function indent(mark: string, value: Yaml): string[] {
  return renderLines(value).map((line, index) => `${index === 0 ? mark : "  "}${line}`);
}

function renderText(text: string): string {
  if (plain.test(text) && !word.test(text)) return text;
  return JSON.stringify(text).replace(unwritable, toEscape);
}

function toEscape(character: string): string {
  return `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`;
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value);
}
