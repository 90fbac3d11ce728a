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
  /** First in the body of a `for`: the names that the loop itself sets. */
  roundStarts: WeakMap<object, ReadonlySet<string>>;
}

export function findPlaces(program: Node): Places {
  const roundStarts = new WeakMap<object, ReadonlySet<string>>();
  const places: Places = { printed: new WeakSet(), iterated: new WeakSet(), roundStarts };
  const visit = (value: unknown, key: string): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, key);
    } else if (isNode(value)) {
      if (blocks.has(key) && isExpression(value)) places.printed.add(value);
      if (key === "iterable") places.iterated.add(iterableOf(value));
      noteRound(value, roundStarts);
      for (const [name, child] of Object.entries(value)) visit(child, name);
    }
  };
  visit(program, "");
  return places;
}

function noteRound(node: Node, roundStarts: WeakMap<object, ReadonlySet<string>>): void {
  if (node.type !== "For" || !("body" in node && "loopvar" in node)) return;
  const first = Array.isArray(node.body) ? node.body[0] : undefined;
  if (isNode(first)) roundStarts.set(first, new Set(["namespace", "loop", ...loopNames(node.loopvar)]));
}

/** One name, or those of a tuple. */
function loopNames(loopvar: unknown): string[] {
  if (!isNode(loopvar) || !("value" in loopvar)) return [];
  const { value } = loopvar;
  return Array.isArray(value) ? value.flatMap(loopNames) : [String(value)];
}

/** `for x in list if test` holds both in one node. */
function iterableOf(node: Node): object {
  const isSelect = node.type === "SelectExpression" && "lhs" in node && isNode(node.lhs);
  return isSelect && isNode(node.lhs) ? node.lhs : node;
}
