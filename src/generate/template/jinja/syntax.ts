/** The syntax tree of a template, as Jinja2's grammar has it. */

export type Expression =
  | { type: "constant"; value: string | boolean | null | bigint | number }
  | { type: "name"; name: string }
  | { type: "list"; items: Expression[] }
  | { type: "tuple"; items: Expression[] }
  | { type: "dict"; entries: [key: Expression, value: Expression][] }
  | { type: "condition"; test: Expression; value: Expression; otherwise: Expression | null }
  | { type: "or" | "and"; left: Expression; right: Expression }
  | { type: "not"; operand: Expression }
  | { type: "sign"; sign: "-" | "+"; operand: Expression }
  | { type: "arithmetic"; operator: ArithmeticOperator; left: Expression; right: Expression }
  | { type: "concat"; parts: Expression[] }
  | { type: "comparison"; first: Expression; rest: [operator: Comparison, operand: Expression][] }
  | { type: "attribute"; object: Expression; name: string }
  | { type: "item"; object: Expression; key: Expression }
  | { type: "slice"; object: Expression; start: Bound; stop: Bound; step: Bound }
  | { type: "call"; callee: Expression; args: Arguments }
  /** `operand` null: the text of a block. */
  | { type: "filter"; operand: Expression | null; name: string; args: Arguments }
  | { type: "test"; operand: Expression; name: string; args: Arguments };

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in";
export type Bound = Expression | null;

export interface Arguments {
  positional: Expression[];
  named: [name: string, value: Expression][];
  /** `*list` and `**mapping`. */
  spread: Expression | null;
  namedSpread: Expression | null;
}

/** What `set` and `for` assign to. */
export type Target =
  | { type: "name"; name: string }
  | { type: "member"; namespace: string; name: string }
  | { type: "tuple"; items: Target[] };

export interface Parameter {
  name: string;
  fallback: Expression | null;
}

export interface MacroBody {
  name: string;
  parameters: Parameter[];
  body: Statement[];
  /** Whether the body names these, and so takes further arguments or a caller. */
  uses: { varargs: boolean; kwargs: boolean; caller: boolean };
}

export type Statement =
  | { type: "text"; text: string }
  | { type: "print"; value: Expression }
  | { type: "if"; branches: { test: Expression; body: Statement[] }[]; otherwise: Statement[] }
  | {
      type: "for";
      target: Target;
      iterable: Expression;
      test: Expression | null;
      recursive: boolean;
      body: Statement[];
      otherwise: Statement[];
    }
  | { type: "break" | "continue" }
  | { type: "set"; target: Target; value: Expression }
  | { type: "set block"; target: Target; filter: Expression | null; body: Statement[] }
  | { type: "macro"; macro: MacroBody }
  | { type: "call block"; call: Expression; caller: MacroBody }
  | { type: "filter block"; filter: Expression; body: Statement[] }
  | { type: "with"; bindings: [target: Target, value: Expression][]; body: Statement[] }
  /** `block` and `generation`: rendered where they stand, in a scope of their own. */
  | { type: "scope"; body: Statement[] };
