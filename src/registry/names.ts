import anyAscii from "any-ascii";
import { OvError } from "../errors.ts";

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const longest = 200;
/** An address cannot hold the dots: clients take them for folders. */
const reserved = new Set(["__proto__", ".", ".."]);

/** The registry name of a folder: in ASCII and lower case, runs of anything else than a-z 0-9 become one `-`, trimmed. */
export function toSlug(folderName: string): string {
  const slug = anyAscii(folderName)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return slug === "" ? "model" : slug;
}

/** The slug itself where it is free, else the first free one of slug-2, slug-3, … */
export function toFreeName(slug: string, taken: (name: string) => boolean): string {
  if (!taken(slug)) return slug;
  let number = 2;
  while (taken(`${slug}-${number}`)) number += 1;
  return `${slug}-${number}`;
}

/** Throws `invalid_request` for what is no name: a person must be able to read it and to type it again. */
export function checkName(name: string, what = "a model's name"): void {
  const why = findNameFault(name);
  if (why === null) return;
  const shown = JSON.stringify(name.length > longest ? `${name.slice(0, longest)}…` : name);
  throw new OvError("invalid_request", {
    what: `Cannot use ${shown} as ${what}`,
    why,
    next: "Choose another one.",
  });
}

/** Why a text cannot be a name, as a clause; null: it can. */
export function findNameFault(name: string): string | null {
  if (name === "") return "it is empty";
  if (name !== name.trim()) return "it starts or ends with a space";
  if (unseen.test(name)) return "it has invisible characters";
  if (name.startsWith("-")) return 'it starts with "-"';
  if (reserved.has(name)) return "it is reserved";
  return name.length > longest ? `it is longer than ${longest} characters` : null;
}
