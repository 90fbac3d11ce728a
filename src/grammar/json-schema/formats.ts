import { Regex } from "../regex/compile.ts";

const month31 = "(0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])";
const month30 = "(0[469]|11)-(0[1-9]|[12]\\d|30)";
const february = "02-(0[1-9]|1\\d|2[0-8])";
const leapYear = "(\\d\\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)";
const date = `(\\d{4}-(${month31}|${month30}|${february})|${leapYear}-02-29)`;
const clock = "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?";
const time = `${clock}([Zz]|[+-]([01]\\d|2[0-3]):[0-5]\\d)`;
const byte = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const ipv4 = `${byte}(\\.${byte}){3}`;
const group = "[0-9a-fA-F]{1,4}";
/** RFC 4291, 2.2: eight groups, or fewer with one `::`, the last two of them as an IPv4 address if one likes. */
const ipv6 = [
  `(${group}:){7}(${group}|:)`,
  `(${group}:){6}(:${group}|${ipv4}|:)`,
  ...[5, 4, 3, 2, 1].map(
    (count) => `(${group}:){${count}}((:${group}){1,${7 - count}}|(:${group}){0,${5 - count}}:${ipv4}|:)`,
  ),
  `:((:${group}){1,7}|(:${group}){0,5}:${ipv4}|:)`,
].join("|");
/**
 * Labels of a host start and end with a letter or a digit (RFC 1123, 2.1), local parts of addresses are words with single
 * dots between (RFC 5322, 3.2.3). Both have an end here, which a small model would not find: 64 characters of a local part
 * as RFC 5321 has it, 128 of a host beside its dots and hyphens.
 */
const hostname = "[A-Za-z0-9]((\\.|-{1,2})?[A-Za-z0-9]){0,127}";
const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-]";
const localPart = `${atom}(\\.?${atom}){0,63}`;
const idnChar = "[^\\s.@:/?#\\[\\]]";
const idnHostname = `${idnChar}(\\.?${idnChar}){0,127}`;

/** RFC 3986 and, with `other` characters beyond ASCII, RFC 3987; what follows the scheme is any of its characters. */
function uris(other: string): { absolute: string; reference: string } {
  const char = `([A-Za-z0-9._~!$&'()*+,;=:@/?\\[\\]${other}\\-]|%[0-9a-fA-F]{2})`;
  const rest = `${char}*(#${char}*)?`;
  return { absolute: `[A-Za-z][A-Za-z0-9+.\\-]*:${char}+(#${char}*)?`, reference: rest };
}

const ascii = uris("");
const international = uris("\\u00a0-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\uffef\\u{10000}-\\u{efffd}");
const dateSpan = "(\\d{1,6}Y(\\d{1,6}M(\\d{1,6}D)?)?|\\d{1,6}M(\\d{1,6}D)?|\\d{1,6}D)";
const timeSpan = "T(\\d{1,6}H(\\d{1,6}M(\\d{1,6}S)?)?|\\d{1,6}M(\\d{1,6}S)?|\\d{1,6}S)";
const pointer = "(/([^/~]|~[01])*)*";

/**
 * Formats (JSON Schema 2020-12, Validation 7.3) as expressions. Leap seconds, quoted local parts of e-mail addresses and
 * numbers of more than six digits in durations are left out; how long a label of a host is is left open.
 */
const patterns: Record<string, string> = {
  date,
  time,
  "date-time": `${date}[Tt]${time}`,
  duration: `P(${dateSpan}(${timeSpan})?|${timeSpan}|\\d{1,6}W)`,
  email: `${localPart}@${hostname}`,
  "idn-email": `[^\\s@]{1,64}@${idnHostname}`,
  hostname,
  "idn-hostname": idnHostname,
  ipv4,
  ipv6,
  uri: ascii.absolute,
  "uri-reference": ascii.reference,
  iri: international.absolute,
  "iri-reference": international.reference,
  uuid: "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
  "json-pointer": pointer,
  "relative-json-pointer": `(0|[1-9]\\d*)(#|${pointer})`,
  // OpenAPI Format Registry: base64 (RFC 4648, 4).
  byte: "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
};

export const formats: ReadonlyMap<string, Regex> = new Map(
  Object.entries(patterns).map(([name, pattern]) => [name, new Regex(`^(${pattern})$`, name)]),
);

/** Formats of whole numbers (OpenAPI Format Registry) as ranges. */
export const numberFormats: ReadonlyMap<string, readonly [min: bigint | number, max: bigint | number]> =
  new Map(
    [8, 16, 32, 64].flatMap((bits) => [
      [`int${bits}`, [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n]],
      [`uint${bits}`, [0n, 2n ** BigInt(bits) - 1n]],
    ]),
  );

/** Formats that every value has, or that say how it is shown. */
export const openFormats: ReadonlySet<string> = new Set(["float", "double", "binary", "password"]);
