import type { MacroBody, Statement } from "./syntax.ts";

/** Whether a macro's body names what Jinja gives it only then: `varargs`, `kwargs`, `caller`. */
export function findUses(body: readonly Statement[]): MacroBody["uses"] {
  const uses = { varargs: false, kwargs: false, caller: false };
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const item of node) visit(item);
    } else if (typeof node === "object" && node !== null) {
      noteName(node, uses);
      for (const child of Object.values(node)) visit(child);
    }
  };
  visit(body);
  return uses;
}

function noteName(node: object, uses: MacroBody["uses"]): void {
  if (!("type" in node && node.type === "name" && "name" in node)) return;
  if (node.name === "varargs" || node.name === "kwargs" || node.name === "caller") uses[node.name] = true;
}
