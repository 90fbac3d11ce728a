/** Python's str methods that @huggingface/jinja lacks or takes without their arguments. */
const methods = {
  strip: (text, chars) => stripEnd(stripStart(text, chars), chars),
  lstrip: (text, chars) => stripStart(text, chars),
  rstrip: (text, chars) => stripEnd(text, chars),
  find: (text, wanted) => codePoints(text, text.indexOf(toText(wanted))),
  rfind: (text, wanted) => codePoints(text, text.lastIndexOf(toText(wanted))),
  count: (text, wanted) => text.split(toText(wanted)).length - 1,
  removeprefix: (text, part) => (text.startsWith(toText(part)) ? text.slice(toText(part).length) : text),
  removesuffix: (text, part) =>
    toText(part) !== "" && text.endsWith(toText(part)) ? text.slice(0, -toText(part).length) : text,
  capitalize: (text) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase(),
  /** Only `{}`, one after the other. */
  format: (text, ...args) => text.replace(/\{\}/g, () => String(args.shift() ?? "")),
  isdigit: (text) => /^\p{Nd}+$/u.test(text),
  splitlines: (text) => text.replace(/(\r\n|\n|\r)$/, "").split(/\r\n|\n|\r/),
} satisfies Record<string, (text: string, ...args: unknown[]) => unknown>;

export type StringMethod = keyof typeof methods;

export function isStringMethod(name: string): name is StringMethod {
  return Object.hasOwn(methods, name);
}

export function callStringMethod(name: StringMethod, text: string, args: unknown[]): unknown {
  const method: (text: string, ...args: unknown[]) => unknown = methods[name];
  return method(text, ...args);
}

function stripStart(text: string, chars: unknown): string {
  if (typeof chars !== "string") return text.trimStart();
  let at = 0;
  while (at < text.length && chars.includes(text.charAt(at))) at += 1;
  return text.slice(at);
}

function stripEnd(text: string, chars: unknown): string {
  if (typeof chars !== "string") return text.trimEnd();
  let end = text.length;
  while (end > 0 && chars.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Where Python counts code points, JavaScript counts UTF-16 units. */
function codePoints(text: string, at: number): number {
  return at === -1 ? -1 : [...text.slice(0, at)].length;
}

function toText(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Error("a string method was called with something that is not a string");
}
