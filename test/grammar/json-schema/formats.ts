import { isIP } from "node:net";

/** Formats as the world reads them, apart from how the grammars write them. */
export const realFormats: Record<string, (text: string) => boolean> = {
  date: isDate,
  time: (text) => /^\d\d:\d\d:\d\d/.test(text) && isInstant(`2024-01-01T${text}`),
  "date-time": (text) => isDate(text.slice(0, 10)) && isInstant(text),
  duration: (text) => /^P(?!$)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?)$/.test(text),
  email: (text) => /^[^@\s]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text) && !/\.\.|^\.|\.@|@-|-\.|-$/.test(text),
  hostname: (text) =>
    text.length < 254 && new URL(`http://a.${text}.b/`).hostname === `a.${text.toLowerCase()}.b`,
  ipv4: (text) => isIP(text) === 4,
  ipv6: (text) => isIP(text) === 6,
  uri: (text) => URL.canParse(text) && /^[a-z][a-z0-9+.-]*:/.test(text),
  uuid: (text) => /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/i.test(text),
};

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}

function isInstant(text: string): boolean {
  return /(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}
