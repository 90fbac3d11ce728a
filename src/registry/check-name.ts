import { OvError } from "../errors.ts";

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const longest = 200;

/** Throws `invalid_request` for what is no name: a person must be able to read it and to type it again. */
export function checkName(name: string, what = "a model's name"): void {
  const reason = findFault(name);
  if (reason === null) return;
  const shown = JSON.stringify(name.length > longest ? `${name.slice(0, longest)}…` : name);
  throw new OvError("invalid_request", `Cannot use ${shown} as ${what}: ${reason}. Choose another one.`);
}

function findFault(name: string): string | null {
  if (name === "") return "it is empty";
  if (name !== name.trim()) return "it begins or ends with a space";
  if (unseen.test(name)) return "it has characters that cannot be seen";
  if (name.startsWith("-")) return "it begins like a flag";
  if (name === "__proto__") return "JavaScript keeps that word for itself";
  return name.length > longest ? `it is longer than ${longest} characters` : null;
}
