import { findNearest } from "../src/nearest.ts";

/** What other programs call it, and what it is called here. */
const elsewhere: Record<string, string> = {
  delete: "rm",
  download: "pull",
  fetch: "pull",
  get: "pull",
  info: "show",
  install: "pull",
  remove: "rm",
  search: "catalog",
  update: "upgrade",
};

/** The sentence about a word that is no command of `ov-llm`, or of its command `parent`. */
export function renderUnknown(
  name: string,
  names: readonly string[],
  parent?: { name: string; names: readonly string[] },
): string {
  const called = parent === undefined ? "ov-llm" : `ov-llm ${parent.name}`;
  const whose = parent === undefined ? "" : ` of "${called}"`;
  const own = parent?.names ?? names;
  const kind = name.startsWith("-") ? "flag" : "command";
  const meant = kind === "flag" ? undefined : guess(name, own, names, called);
  const known = meant === undefined ? `the commands are ${own.join(", ")}.` : `did you mean ${meant}?`;
  return `Unknown ${kind} ${JSON.stringify(name)}${whose}: ${known} See "${called} --help".`;
}

function guess(
  name: string,
  own: readonly string[],
  top: readonly string[],
  called: string,
): string | undefined {
  if (name === "uninstall") return '"~/.local/lib/ov-llm/install.sh --uninstall"';
  const word = Object.hasOwn(elsewhere, name) ? (elsewhere[name] ?? name) : name;
  if (word !== name && own.includes(word)) return `"${called} ${word}"`;
  if (top.includes(word)) return `"ov-llm ${word}"`;
  const [near] = findNearest(name, own);
  return near === undefined ? undefined : JSON.stringify(near);
}
