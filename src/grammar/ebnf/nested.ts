import { isDeterministic, toAutomaton } from "../automata/automaton.ts";
import { type CodePoints, intersection, only, union } from "../automata/code-points.ts";
import { all, any, type Expression, type Rules, repeat } from "../automata/expression.ts";
import { references } from "../automata/measure.ts";
import { shortened } from "../automata/unambiguous.ts";
import type { Budget } from "../budget.ts";
import { exceeded } from "../faults.ts";

/**
 * Measured with OpenVINO GenAI 2026.4 on a text of 300 equal letters, the longest step of 80: counts of what is not empty
 * 15 ms at 16 x 16, 33 ms at 32 x 32, over 20 s at 128 x 128; of what may be empty 15 ms at 8 x 8, 141 ms at 16 x 16, over
 * 20 s at 32 x 32. Counts without an end keep nothing apart and cost nothing.
 */
const MAX_NESTED = 500;
/** What may be empty counts so many times. */
const EMPTY = 8;
/** Parts of an expression into which rules are put. */
const MAX_PARTS = 5000;

/**
 * The same rules, where counts within counts leave one way through a text. With more ways the engine follows each of them
 * at every token: so rules that are counted are put in place, where such counts are made one automaton.
 *
 * Throws `invalid_request` where that grows too large.
 */
export function withoutNestedCounts(rules: Rules, param: string, budget: Budget): Rules {
  const nesting = new Nesting(rules, param, budget);
  return new Map([...rules].map(([name, body]) => [name, nesting.settled(body)]));
}

interface Found {
  parts: number;
  isJoined: boolean;
}

class Nesting {
  private readonly rules: Rules;
  private readonly param: string;
  private readonly budget: Budget;
  private readonly recursive: ReadonlySet<string>;
  private readonly products = new Map<string, number>();

  constructor(rules: Rules, param: string, budget: Budget) {
    this.rules = rules;
    this.param = param;
    this.budget = budget;
    this.recursive = findRecursive(rules);
  }

  settled(expression: Expression): Expression {
    switch (expression.kind) {
      case "all":
        return all(...expression.items.map((item) => this.settled(item)));
      case "any":
        return any(...expression.items.map((item) => this.settled(item)));
      case "repeat":
        return this.counted({ ...expression, item: this.settled(expression.item) });
      default:
        return expression;
    }
  }

  /** Counts without rules are seen to later, with the rule that they are in. */
  private counted(whole: Extract<Expression, { kind: "repeat" }>): Expression {
    const product = this.product(whole);
    if (product <= MAX_NESTED || references(whole).size === 0 || this.isDelimited(whole.item)) return whole;
    const found: Found = { parts: 0, isJoined: false };
    const inlined = this.inlined(whole, found);
    if (inlined === null) {
      const why = `has counts within counts that multiply to ${product} in rules of more than ${MAX_PARTS} parts; at most`;
      throw exceeded(this.param, `${why} ${MAX_NESTED} are allowed there.`);
    }
    if (found.isJoined) return inlined;
    return isDeterministic(toAutomaton(shortened(inlined), this.budget), this.budget) ? whole : inlined;
  }

  /** The most that counts within counts multiply to, along rules that use one another. */
  private product(expression: Expression): number {
    switch (expression.kind) {
      case "text":
      case "chars":
        return 1;
      case "all":
      case "any":
        return expression.items.reduce((most, item) => Math.max(most, this.product(item)), 1);
      case "repeat": {
        return this.factor(expression) * this.product(expression.item);
      }
      case "rule":
        return this.productOf(expression.name);
    }
  }

  /** Whether an item starts or ends with what is nowhere else in it, so that there is one way to part a text into such items. */
  private isDelimited(item: Expression): boolean {
    const body = item.kind === "rule" ? (this.rules.get(item.name) ?? item) : item;
    if (body.kind !== "all") return false;
    const isApart = (index: number) => {
      const edge = body.items.at(index);
      const others = index === 0 ? body.items.slice(1) : body.items.slice(0, -1);
      const isOne = edge?.kind === "chars" || (edge?.kind === "text" && edge.text !== "");
      return isOne && intersection(this.charsOf([edge]), this.charsOf(others)).length === 0;
    };
    return isApart(0) || isApart(-1);
  }

  /** All characters that expressions use, with those of the rules that they use. */
  private charsOf(expressions: readonly Expression[]): CodePoints {
    const waiting = [...expressions];
    const seen = new Set<string>();
    const sets: CodePoints[] = [];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      this.budget.spend();
      if (next.kind === "chars") sets.push(next.set);
      else if (next.kind === "text") sets.push(only(next.text));
      else if (next.kind === "repeat") waiting.push(next.item);
      else if (next.kind !== "rule") waiting.push(...next.items);
      else if (!seen.has(next.name)) {
        seen.add(next.name);
        waiting.push(...[this.rules.get(next.name)].filter((body) => body !== undefined));
      }
    }
    return union(...sets);
  }

  private factor({ item, max }: Extract<Expression, { kind: "repeat" }>): number {
    if (max <= 1 || max === Number.POSITIVE_INFINITY || this.isDelimited(item)) return 1;
    return this.mayBeEmpty(item, new Set()) ? EMPTY * max : max;
  }

  private mayBeEmpty(expression: Expression, above: Set<string>): boolean {
    this.budget.spend();
    switch (expression.kind) {
      case "text":
        return expression.text === "";
      case "chars":
        return false;
      case "all":
        return expression.items.every((item) => this.mayBeEmpty(item, above));
      case "any":
        return expression.items.some((item) => this.mayBeEmpty(item, above));
      case "repeat":
        return expression.min === 0 || this.mayBeEmpty(expression.item, above);
      case "rule": {
        const body = above.has(expression.name) ? undefined : this.rules.get(expression.name);
        return body !== undefined && this.mayBeEmpty(body, above.add(expression.name));
      }
    }
  }

  private productOf(name: string): number {
    const body = this.rules.get(name);
    const known = this.products.get(name);
    if (known !== undefined || !body) return known ?? 1;
    this.products.set(name, 1);
    const product = this.product(body);
    this.products.set(name, product);
    return product;
  }

  /** With the bodies of all rules that do not lead to themselves in their places; null where that is too much. */
  private inlined(expression: Expression, found: Found): Expression | null {
    this.budget.spend();
    found.parts += 1;
    if (found.parts > MAX_PARTS) return null;
    switch (expression.kind) {
      case "rule": {
        const body = this.recursive.has(expression.name) ? undefined : this.rules.get(expression.name);
        return body ? this.inlined(body, found) : expression;
      }
      case "repeat": {
        const item = this.inlined(expression.item, found);
        // `repeat` makes one count of two.
        if (item?.kind === "repeat" && item.min < 2) found.isJoined = true;
        return item && repeat(item, expression.min, expression.max);
      }
      case "all":
      case "any": {
        const items = expression.items.map((item) => this.inlined(item, found));
        const whole = items.filter((item) => item !== null);
        if (whole.length < items.length) return null;
        return expression.kind === "all" ? all(...whole) : any(...whole);
      }
      default:
        return expression;
    }
  }
}

/** The rules that lead back to themselves: what is left when those that lead nowhere else are taken away again and again. */
function findRecursive(rules: Rules): ReadonlySet<string> {
  const uses = new Map([...rules].map(([name, body]) => [name, references(body)]));
  const users = new Map<string, string[]>();
  for (const [name, used] of uses)
    for (const other of used) users.set(other, [...(users.get(other) ?? []), name]);
  const leaves = [...rules.keys()].filter((name) => uses.get(name)?.size === 0);
  const left = new Set(rules.keys());
  for (let leaf = leaves.pop(); leaf !== undefined; leaf = leaves.pop()) {
    left.delete(leaf);
    for (const user of users.get(leaf) ?? []) {
      const used = uses.get(user);
      used?.delete(leaf);
      if (used?.size === 0) leaves.push(user);
    }
  }
  return left;
}
