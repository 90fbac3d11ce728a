import type { Interpreter } from "@huggingface/jinja";

/** A node of the library's syntax tree. */
export type Node = NonNullable<Parameters<Interpreter["evaluate"]>[0]>;

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

const blocks = new Set(["body", "alternate", "defaultBlock"]);
const isExpression = (node: Node): boolean =>
  /Expression$|^Identifier$|^Ternary$/.test(node.type) && node.type !== "SelectExpression";

/** The expressions that stand between `{{` and `}}`: those that are printed. */
export function printedNodes(program: Node): WeakSet<object> {
  const printed = new WeakSet<object>();
  const visit = (value: unknown, inBlock: boolean): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, inBlock);
    } else if (isNode(value)) {
      if (inBlock && isExpression(value)) printed.add(value);
      for (const [key, child] of Object.entries(value)) visit(child, blocks.has(key));
    }
  };
  visit(program, false);
  return printed;
}
