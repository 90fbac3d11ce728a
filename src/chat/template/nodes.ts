import type { Interpreter } from "@huggingface/jinja";

/** A node of the library's syntax tree. */
export type Node = NonNullable<Parameters<Interpreter["evaluate"]>[0]>;

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

const blocks = new Set(["body", "alternate", "defaultBlock"]);
const isExpression = (node: Node): boolean =>
  /Expression$|^(Identifier|Ternary|ArrayLiteral|TupleLiteral|ObjectLiteral)$/.test(node.type) &&
  node.type !== "SelectExpression";

/** Nodes whose place decides what becomes of their value. */
export interface Places {
  /** Between `{{` and `}}`: printed. */
  printed: WeakSet<object>;
  /** After `in` of a `for`. */
  iterated: WeakSet<object>;
}

export function findPlaces(program: Node): Places {
  const places: Places = { printed: new WeakSet(), iterated: new WeakSet() };
  const visit = (value: unknown, key: string): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, key);
    } else if (isNode(value)) {
      if (blocks.has(key) && isExpression(value)) places.printed.add(value);
      if (key === "iterable") places.iterated.add(iterableOf(value));
      for (const [name, child] of Object.entries(value)) visit(child, name);
    }
  };
  visit(program, "");
  return places;
}

/** `for x in list if test` holds both in one node. */
function iterableOf(node: Node): object {
  const isSelect = node.type === "SelectExpression" && "lhs" in node && isNode(node.lhs);
  return isSelect && isNode(node.lhs) ? node.lhs : node;
}
