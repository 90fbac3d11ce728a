import { Regex } from "../regex/compile.ts";

const year = "\\d{4}";
const month31 = "(0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])";
const month30 = "(0[469]|11)-(0[1-9]|[12]\\d|30)";
/** 29 February is left out: a date that is always right is worth more than every date. */
const february = "02-(0[1-9]|1\\d|2[0-8])";
const date = `${year}-(${month31}|${month30}|${february})`;
const zone = "(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)";
const time = `([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,6})?${zone}`;
const byte = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const ipv4 = `${byte}(\\.${byte}){3}`;
const label = "[A-Za-z0-9]{1,20}(-[A-Za-z0-9]{1,20})?";
const hostname = `${label}(\\.${label}){0,4}`;
const segment = "[A-Za-z0-9._~!$&'()*+,;=:@-]";
const uri = `[a-z][a-z0-9+.-]{0,15}://${hostname}(:[1-9]\\d{0,3})?(/${segment}*)*(\\?(${segment}|/)*)?(#(${segment}|/)*)?`;
const dateSpan = "(\\d{1,6}Y(\\d{1,6}M(\\d{1,6}D)?)?|\\d{1,6}M(\\d{1,6}D)?|\\d{1,6}D)";
const timeSpan = "T(\\d{1,6}H(\\d{1,6}M(\\d{1,6}S)?)?|\\d{1,6}M(\\d{1,6}S)?|\\d{1,6}S)";

/**
 * Formats (JSON Schema 2020-12, Validation 7.3) as expressions. Each allows only what every validator takes, which is
 * less than all that the format's own standard does: IPv6 addresses in full, hosts of up to five labels, no leap days.
 */
const patterns: Record<string, string> = {
  date,
  time,
  "date-time": `${date}T${time}`,
  duration: `P(${dateSpan}(${timeSpan})?|${timeSpan}|\\d{1,6}W)`,
  email: `[A-Za-z0-9_+-]{1,30}(\\.[A-Za-z0-9_+-]{1,30})?@${label}(\\.${label}){1,4}`,
  hostname,
  ipv4,
  ipv6: "[0-9a-fA-F]{1,4}(:[0-9a-fA-F]{1,4}){7}",
  uri,
  uuid: "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
};

export const formats: ReadonlyMap<string, Regex> = new Map(
  Object.entries(patterns).map(([name, pattern]) => [name, new Regex(`^(${pattern})$`, name)]),
);
