import type { Expression } from "../../src/grammar/automata/expression.ts";
import { readExpression } from "../../src/grammar/ebnf/expression.ts";
import { EbnfReader } from "../../src/grammar/ebnf/reader.ts";

/** Tells whether a whole text belongs to a rendered grammar, which has no rule that starts with itself. */
export function createMatcher(grammar: string): (text: string) => boolean {
  const rules = readRules(grammar);
  return (text) => new Match(rules, Array.from(text)).isWhole();
}

function readRules(grammar: string): Map<string, Expression> {
  const reader = new EbnfReader(grammar, "grammar");
  while (!reader.isAtEnd()) {
    const name = reader.name();
    reader.skipSpace();
    reader.take("::=");
    reader.skipSpace();
    reader.rules.set(`rule-${name}`, readExpression(reader, 0));
  }
  return reader.rules;
}

class Match {
  private readonly known = new Map<string, ReadonlySet<number>>();

  private readonly rules: ReadonlyMap<string, Expression>;
  private readonly chars: readonly string[];

  constructor(rules: ReadonlyMap<string, Expression>, chars: readonly string[]) {
    this.rules = rules;
    this.chars = chars;
  }

  isWhole(): boolean {
    return this.rule("rule-root", 0).has(this.chars.length);
  }

  private rule(name: string, at: number): ReadonlySet<number> {
    const key = `${at} ${name}`;
    const seen = this.known.get(key);
    if (seen) return seen;
    this.known.set(key, new Set());
    const body = this.rules.get(name);
    const ends = body ? this.ends(body, at) : new Set<number>();
    this.known.set(key, ends);
    return ends;
  }

  private ends(expression: Expression, at: number): ReadonlySet<number> {
    switch (expression.kind) {
      case "text": {
        const wanted = Array.from(expression.text);
        return wanted.every((char, index) => this.chars[at + index] === char)
          ? new Set([at + wanted.length])
          : new Set();
      }
      case "chars": {
        const code = this.chars[at]?.codePointAt(0) ?? -1;
        return expression.set.some(([first, last]) => first <= code && code <= last)
          ? new Set([at + 1])
          : new Set();
      }
      case "all":
        return this.sequence(expression.items, at);
      case "any":
        return new Set(expression.items.flatMap((item) => [...this.ends(item, at)]));
      case "rule":
        return this.rule(expression.name, at);
      case "repeat":
        return this.repeated(expression, at);
    }
  }

  private sequence(items: readonly Expression[], at: number): ReadonlySet<number> {
    let current: ReadonlySet<number> = new Set([at]);
    for (const item of items) current = new Set([...current].flatMap((start) => [...this.ends(item, start)]));
    return current;
  }

  private repeated({ item, min, max }: Extract<Expression, { kind: "repeat" }>, at: number): Set<number> {
    let current = new Set([at]);
    const found = new Set<number>(min === 0 ? [at] : []);
    for (let count = 1; count <= max && current.size > 0; count += 1) {
      const next = new Set([...current].flatMap((start) => [...this.ends(item, start)]));
      current = count < min ? next : new Set([...next].filter((end) => !found.has(end)));
      if (count >= min) for (const end of current) found.add(end);
    }
    return found;
  }
}
