import type { Expression } from "../automata/expression.ts";
import type { Budget } from "../budget.ts";
import { type Fault, malformed, quote, unsupported } from "../faults.ts";

/** Takes note of what a looser expression stands for; where there is none, what cannot be enforced is thrown. */
export type Widen = (fault: Fault) => void;

/** Goes through a pattern; positions in errors count characters from 1. */
export class RegexReader {
  position = 0;
  /** What the groups capture so far, by number from 1 and by name. */
  readonly groups: { name: string; content: Expression }[] = [];
  readonly budget: Budget;
  readonly widen: Widen | undefined;
  private readonly param: string;
  private readonly pattern: string;
  private readonly chars: readonly string[];

  constructor(pattern: string, param: string, budget: Budget, widen?: Widen) {
    this.budget = budget;
    this.widen = widen;
    this.param = param;
    this.pattern = pattern;
    this.chars = Array.from(pattern);
  }

  /** The character there, or "" behind the end. */
  peek(ahead = 0): string {
    return this.chars[this.position + ahead] ?? "";
  }

  next(): string {
    const char = this.peek();
    this.position += 1;
    return char;
  }

  take(expected: string): boolean {
    const chars = Array.from(expected);
    if (!chars.every((char, index) => this.peek(index) === char)) return false;
    this.position += chars.length;
    return true;
  }

  /** As many of the next characters as there are. */
  ahead(count: number): string {
    return this.chars.slice(this.position, this.position + count).join("");
  }

  /** What a sticky expression finds here. */
  match(wanted: RegExp): string {
    wanted.lastIndex = 0;
    const found = wanted.exec(this.ahead(40))?.[0];
    if (found === undefined) throw this.broken(`${wanted.source} is expected`, this.position);
    this.position += Array.from(found).length;
    return found;
  }

  broken(why: string, position: number): Fault {
    return malformed(
      this.param,
      `is not a valid regular expression: ${why}, at character ${position + 1} of ${quote(this.pattern)}.`,
    );
  }

  refused(what: string, position: number): Fault {
    return unsupported(
      this.param,
      `${what} cannot be enforced, at character ${position + 1} of ${quote(this.pattern)}. Write it without.`,
    );
  }

  /** For what has a looser form that takes its place. */
  loosen(what: string, position: number): void {
    const fault = this.refused(what, position);
    if (!this.widen) throw fault;
    this.widen(fault);
  }
}
