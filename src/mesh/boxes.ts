import { OvError } from "../errors.ts";

/** A machine that serves models, as a command line names it. */
export interface Box {
  /** A unique name that people recognise: `pc1:9000`. */
  name: string;
  /** Without a path and without a slash at the end. */
  url: string;
  /** Null: none was given. */
  key: BoxKey | null;
}

export interface BoxKey {
  value: string;
  /** The variable in which a router finds the key. */
  variable: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

const fromVariable = /^env:([A-Za-z_][A-Za-z0-9_]*)$/;

/**
 * `URL`, `URL=KEY` or `URL=env:VARIABLE`, each box once. A box that is named without a key gets `usual`, that of OV_API_KEY. Throws
 * `invalid_setting`; never quotes a key.
 */
export function parseBoxes(
  texts: readonly string[],
  variables: Variables,
  usual: string | null = null,
): Box[] {
  const boxes = texts.map((text) => parseBox(text, variables, usual));
  const twice = boxes.find(({ url }, index) => boxes.findIndex((one) => one.url === url) !== index);
  if (twice !== undefined) throw unusable(twice.url, "it is named twice", "Name each box once.");
  return boxes;
}

function parseBox(text: string, variables: Variables, usual: string | null): Box {
  const at = text.indexOf("=");
  const [address, key] = at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
  const url = toUrl(address);
  const given = key === null ? null : toKey(key, url, variables);
  const shared = usual === null ? null : { value: usual, variable: "OV_API_KEY" };
  return { name: url.host, url: url.origin, key: given ?? shared };
}

function toUrl(address: string): URL {
  const form =
    "Write it as http://pc1:9000, with =KEY or =env:VARIABLE after it where the box asks for a key.";
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw unusable(toSecretless(address), "it is not an address", form);
  if (url.username !== "" || url.password !== "")
    throw unusable(url.host, "it contains a name or a password", form);
  if (!/^\/(v1\/?)?$/.test(url.pathname) || url.search !== "" || url.hash !== "")
    throw unusable(url.origin, "more follows the host and the port", form);
  return url;
}

/** Text after the first colon that is not a port may be a password, cut off at a `=` in it. */
function toSecretless(address: string): string {
  return address.replace(/^([^:]*:\/\/[^/:]*:)(?!\d+(?:\/|$)).*$/s, "$1…");
}

function toKey(text: string, url: URL, variables: Variables): BoxKey {
  const [, variable] = fromVariable.exec(text) ?? [];
  if (variable === undefined) {
    if (text === "") throw unusable(url.origin, "its key is empty", "Give a key, or leave the = out.");
    return { value: text, variable: toVariable(url) };
  }
  const value = variables[variable] ?? "";
  if (value === "")
    throw unusable(url.origin, `the variable ${variable} is not set`, `Set ${variable} first.`);
  return { value, variable };
}

/** `BOX_PC1_9000_KEY` */
function toVariable({ host }: URL): string {
  return `BOX_${host.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}_KEY`;
}

function unusable(address: string, why: string, next: string): OvError {
  const what = `Cannot use the box ${JSON.stringify(address)}`;
  return new OvError("invalid_setting", { what, why, next }, { param: "--box" });
}
