import { Kind, type TSchema, TypeGuard } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { expandPath } from "./paths.ts";
import type { Setting } from "./settings/setting.ts";
import { type SettingName, settingsTable } from "./settings.ts";

export type Parsed = { value: unknown } | { expected: string };

/** What people write for yes and no in settings files. */
const switchWords = new Map([
  ...["true", "yes", "on", "1"].map((word) => [word, true] as const),
  ...["false", "no", "off", "0"].map((word) => [word, false] as const),
]);

const byteUnits: Record<string, number> = { "": 1, B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

/** The value of a setting from its text, or, when the text is no such value, what was expected. Blank: unset. */
export function parseSetting(name: SettingName, text: string, home?: string): Parsed {
  const setting: Setting = settingsTable[name];
  const value = text.trim() === "" && setting.kind !== "list" ? null : toValue(name, text.trim(), home);
  return Value.Check(setting.schema, value) ? { value } : { expected: describeExpected(setting) };
}

function toValue(name: SettingName, text: string, home?: string): unknown {
  switch (settingsTable[name].kind) {
    case "integer":
      return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
    case "number":
      return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : undefined;
    case "bytes":
      return toBytes(text);
    case "list":
      return text
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "");
    case "path":
      return expandPath(text, home);
    case "switch":
      return switchWords.get(text.toLowerCase());
    case "text":
      return toText(name, text);
  }
}

function toText(name: SettingName, text: string): string {
  // OpenVINO writes its devices in capitals; people write gpu.
  if (name === "device") return text.toUpperCase();
  // An IPv6 address as it stands in URLs.
  return name === "host" ? text.replace(/^\[(.*:.*)\]$/, "$1") : text;
}

/** KB, MB and GB are powers of 1024. */
function toBytes(text: string): number | undefined {
  const [, digits, unit] = /^(\d+)\s*([KMG]?B?)$/i.exec(text) ?? [];
  const key = unit?.toUpperCase() ?? "";
  const factor = byteUnits[key] ?? byteUnits[`${key}B`];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

/** What a setting allows, in words made from its schema. */
function describeExpected(setting: Setting): string {
  if (setting.kind === "bytes") {
    const { schema } = setting;
    const { minimum, maximum } = toRange(TypeGuard.IsUnion(schema) ? (schema.anyOf[0] ?? schema) : schema);
    return `a size from ${renderBytes(minimum)} to ${renderBytes(maximum)}, in bytes or with KB, MB, GB`;
  }
  return describeSchema(setting.schema, setting.help);
}

function describeSchema(schema: TSchema, help: string): string {
  if (TypeGuard.IsUnion(schema)) {
    const choices = schema.anyOf.filter((choice) => !TypeGuard.IsNull(choice));
    const literals = choices.flatMap((choice) => (TypeGuard.IsLiteral(choice) ? [choice.const] : []));
    if (literals.length > 0) return `one of ${literals.join(", ")}`;
    return choices.map((choice) => describeSchema(choice, help)).join(" or ");
  }
  if (TypeGuard.IsBoolean(schema)) return "true or false";
  if (TypeGuard.IsInteger(schema)) return `a whole number ${renderRange(schema)}`;
  if (TypeGuard.IsNumber(schema)) return `a number ${renderRange(schema)}`;
  if (TypeGuard.IsArray(schema))
    return `a list separated by commas, each item ${describeSchema(schema.items, help)}`;
  if (!TypeGuard.IsString(schema)) throw new TypeError(`No words for a setting of kind ${schema[Kind]}`);
  if (schema.minLength !== undefined && schema.minLength > 1)
    return `at least ${schema.minLength} characters`;
  return schema.pattern === undefined ? "some text" : `of the form ${schema.pattern} (${help})`;
}

function renderRange(schema: TSchema): string {
  const { minimum, maximum } = toRange(schema);
  return `from ${minimum} to ${maximum}`;
}

function toRange(schema: TSchema): { minimum: number; maximum: number } {
  return { minimum: Number(schema.minimum ?? 0), maximum: Number(schema.maximum ?? Number.MAX_SAFE_INTEGER) };
}

function renderBytes(bytes: number): string {
  for (const unit of ["GB", "MB", "KB"]) {
    const factor = byteUnits[unit] ?? 1;
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return `${bytes}`;
}
