import { isIP } from "node:net";

const character = "(?:[A-Za-z0-9._~!$&'()*+,;=:@/?\\[\\]-]|%[0-9a-fA-F]{2})";
const wide = `(?:${character}|[^\\x00-\\x9f])`;

/** Formats as the world reads them, apart from how the grammars write them. */
export const realFormats: Record<string, (text: string) => boolean> = {
  date: isDate,
  time: (text) => /^\d\d:\d\d:\d\d/.test(text) && isInstant(`2024-01-01T${text}`),
  "date-time": (text) => isDate(text.slice(0, 10)) && isInstant(text),
  duration: (text) => /^P(?!$)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?)$/.test(text),
  email: (text) => /^[^@\s]+@[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(text) && !/\.\.|^\.|\.@|@-|-\.|-$/.test(text),
  "idn-email": (text) => /^[^@\s]+@[^@\s]+$/.test(text),
  hostname: (text) => /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(text) && !/^-|-$|\.-|-\./.test(text),
  ipv4: (text) => isIP(text) === 4,
  ipv6: (text) => isIP(text) === 6,
  uri: (text) => new RegExp(`^[a-z][a-z0-9+.-]*:${character}+(#${character}*)?$`, "i").test(text),
  "uri-reference": (text) => new RegExp(`^${character}*(#${character}*)?$`).test(text),
  iri: (text) => new RegExp(`^[a-z][a-z0-9+.-]*:${wide}+(#${wide}*)?$`, "i").test(text),
  uuid: (text) => /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/i.test(text),
  "json-pointer": (text) => /^(\/([^/~]|~[01])*)*$/.test(text),
  "relative-json-pointer": (text) => /^(0|[1-9]\d*)(#|(\/([^/~]|~[01])*)*)$/.test(text),
  byte: (text) => Buffer.from(text, "base64").toString("base64") === text || text.length % 4 === 0,
  int32: () => true,
  uint64: () => true,
};

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}

function isInstant(text: string): boolean {
  return /(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(Date.parse(text));
}
