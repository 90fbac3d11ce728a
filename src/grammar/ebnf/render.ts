import type { CodePoints } from "../automata/code-points.ts";
import { all, any, type Expression, type Rules, repeat, rule } from "../automata/expression.ts";
import { findProductive } from "../automata/measure.ts";
import { unambiguous } from "../automata/unambiguous.ts";
import { Budget, boundStates } from "../budget.ts";
import { exceeded } from "../faults.ts";

/**
 * XGrammar takes a second per token for counts past 128, and when it compiles it looks at all tokens for each character
 * that it counts (measured with OpenVINO GenAI 2026.4: 0.5 s for 32 characters of free text). So counts are made of
 * blocks, and equal ones share a rule.
 */
const BLOCK = 16;
const SMALL = 3;

/**
 * Expressions as EBNF that XGrammar reads, or null where no text belongs to `root`. What can never be completed is
 * left out: the engine would lead the model into it and then find no token to go on with.
 *
 * Throws `invalid_request` for what would hold up the engine, naming the bound.
 */
export function renderGrammar(
  root: Expression,
  rules: Rules,
  param: string,
  budget = new Budget(param),
): string | null {
  const all = new Map([...rules, ["root", root]]);
  boundStates(all.values(), param);
  const safe = unambiguous(all, budget);
  if (safe === null) {
    const why = "leaves too many ways open at once; at most 1500 states can be told apart.";
    throw exceeded(param, `${why} Make its choices begin differently.`);
  }
  const isProductive = findProductive(safe);
  return isProductive(rule("root")) ? new Renderer(new Map(safe), isProductive).render() : null;
}

class Renderer {
  private readonly lines = new Map<string, string>();
  private readonly waiting: string[] = [];
  private readonly blocks = new Map<string, string>();
  private readonly written = new Map<string, string>();
  private readonly rules: Rules;
  private readonly productive: (expression: Expression) => boolean;

  constructor(rules: Rules, productive: (expression: Expression) => boolean) {
    this.rules = rules;
    this.productive = productive;
  }

  render(): string {
    this.use("root");
    for (let name = this.waiting.pop(); name !== undefined; name = this.waiting.pop()) {
      const expression = this.rules.get(name);
      if (expression) this.lines.set(name, this.choices(expression));
    }
    return [...this.lines].map(([name, line]) => `${name} ::= ${line}\n`).join("");
  }

  private choices(expression: Expression): string {
    const items = expression.kind === "any" ? expression.items : [expression];
    return items
      .filter(this.productive)
      .map((item) => this.sequence(item))
      .join(" | ");
  }

  private sequence(expression: Expression): string {
    const items = expression.kind === "all" ? expression.items : [expression];
    return items.map((item) => this.element(item)).join(" ");
  }

  private element(expression: Expression): string {
    switch (expression.kind) {
      case "text":
        return renderText(expression.text);
      case "chars":
        return this.class(expression.set);
      case "rule":
        return this.use(expression.name);
      case "repeat":
        return this.repetition(expression.item, expression.min, expression.max);
      default:
        return `(${this.choices(expression)})`;
    }
  }

  /** Large ones, such as all letters, are written once. */
  private class(set: CodePoints): string {
    const rendered = renderClass(set);
    return rendered.length < 200 ? rendered : this.shared(rendered);
  }

  private use(name: string): string {
    if (!this.lines.has(name)) {
      this.lines.set(name, "");
      this.waiting.push(name);
    }
    return name;
  }

  private repetition(item: Expression, min: number, max: number): string {
    if (!this.productive(item)) return '""';
    if (min === 0 && max === 1) return `(${this.choices(item)})?`;
    const element = item.kind === "chars" ? this.element(item) : this.element(this.named(item));
    if (max === Number.POSITIVE_INFINITY) return min === 0 ? `${element}*` : this.atLeast(item, element, min);
    if (max > BLOCK) return this.element(all(...this.exactly(item, min), this.upTo(item, max - min)));
    return max <= SMALL ? `${element}{${min},${max}}` : this.shared(`${element}{${min},${max}}`);
  }

  /** A rule of its own for what is already rendered. */
  private shared(rendered: string): string {
    const name = this.written.get(rendered) ?? `part-${this.written.size}`;
    this.written.set(rendered, name);
    this.lines.set(name, rendered);
    return name;
  }

  private atLeast(item: Expression, element: string, min: number): string {
    return `${this.element(all(...this.exactly(item, min)))} ${element}*`;
  }

  private exactly(item: Expression, count: number): Expression[] {
    const [blocks, rest] = [Math.floor(count / BLOCK), count % BLOCK];
    return [repeat(this.block(item), blocks, blocks), repeat(item, rest, rest)];
  }

  /** Large counts are rounded down to whole blocks: fewer answers, all of them valid, and less to compile. */
  private upTo(item: Expression, count: number): Expression {
    if (count <= BLOCK) return repeat(item, 0, count);
    const [blocks, rest] = [Math.floor((count + 1) / BLOCK), (count + 1) % BLOCK];
    const block = this.block(item);
    const whole = all(repeat(block, 0, blocks - 1), repeat(item, 0, BLOCK - 1));
    if (rest === 0 || blocks >= 4) return whole;
    return any(whole, all(repeat(block, blocks, blocks), repeat(item, 0, rest - 1)));
  }

  private block(item: Expression): Expression {
    return this.named(repeat(item, BLOCK, BLOCK));
  }

  /** The expression as a rule, one for equal expressions. */
  private named(expression: Expression): Expression {
    if (expression.kind === "rule") return expression;
    const key = JSON.stringify(expression);
    const name = this.blocks.get(key) ?? `block-${this.blocks.size}`;
    this.blocks.set(key, name);
    this.rules.set(name, expression);
    return rule(name);
  }
}

/**
 * A text, cut where a hex digit follows what is no printable ASCII. XGrammar writes such characters as escapes of any
 * length and reads them again: its "ße" would be U+0DFE.
 */
function renderText(text: string): string {
  const pieces: string[] = [];
  let after = "";
  for (const char of text) {
    const cut = pieces.length === 0 || (isEscapedByEngine(after) && /[0-9a-fA-F]/.test(char));
    if (cut) pieces.push(escaped(char));
    else pieces[pieces.length - 1] += escaped(char);
    after = char;
  }
  const quoted = pieces.map((piece) => `"${piece}"`).join(" ");
  return pieces.length > 1 ? `(${quoted})` : quoted || '""';
}

/** Printable ASCII first, so that no hex digit follows what the engine writes as an escape. */
function renderClass(set: CodePoints): string {
  const isPlain = ([first]: readonly [number, number]) => first >= 0x20 && first < 0x7f;
  const sorted = [...set.filter(isPlain), ...set.filter((range) => !isPlain(range))];
  const ranges = sorted.map(([first, last]) =>
    first === last ? codePoint(first) : `${codePoint(first)}-${codePoint(last)}`,
  );
  return `[${ranges.join("")}]`;
}

function isEscapedByEngine(char: string): boolean {
  return char !== "" && !/^[ -~]$/.test(char);
}

function codePoint(code: number): string {
  return escaped(String.fromCodePoint(code));
}

/** The same in texts and in classes: only what means itself in both stays as it is. */
function escaped(char: string): string {
  if (/^[\w ,:{}<>/=]$/.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code > 0xffff ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
}
