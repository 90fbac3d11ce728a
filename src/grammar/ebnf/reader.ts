import type { OvError } from "../../errors.ts";
import type { Rules } from "../automata/expression.ts";
import { malformed, unsupported } from "../faults.ts";

/** Goes through a grammar and gathers its rules; errors say line and column, counted from 1. */
export class EbnfReader {
  position = 0;
  readonly rules: Rules = new Map();
  readonly uses: { name: string; position: number }[] = [];
  private readonly param: string;
  private readonly text: string;

  constructor(text: string, param: string) {
    this.text = text;
    this.param = param;
    this.skipSpace();
  }

  isAtEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** The character there, or "" behind the end. */
  peek(): string {
    return String.fromCodePoint(...this.codePoint());
  }

  next(): string {
    const char = this.peek();
    this.position += char.length;
    return char;
  }

  take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.position)) return false;
    this.position += expected.length;
    return true;
  }

  /** What a sticky expression finds here, or null. */
  match(wanted: RegExp): string | null {
    wanted.lastIndex = this.position;
    const found = wanted.exec(this.text)?.[0];
    if (found === undefined) return null;
    this.position += found.length;
    return found;
  }

  name(): string {
    const found = this.match(/[A-Za-z_][\w.-]*/y);
    if (found === null) throw this.broken("the name of a rule is expected", this.position);
    return found;
  }

  /** A name that is followed by "::=" begins the next rule. */
  isAtRule(): boolean {
    const rule = /[A-Za-z_][\w.-]*[ \t]*::=/y;
    rule.lastIndex = this.position;
    return rule.test(this.text);
  }

  skipSpace(): void {
    this.match(/(?:[ \t\r\n]|#[^\r\n]*)*/y);
  }

  broken(why: string, position: number): OvError {
    return malformed(this.param, `is not a valid grammar: ${why}, at ${this.place(position)}.`);
  }

  refused(what: string, position: number): OvError {
    return unsupported(this.param, `${what} cannot be enforced, at ${this.place(position)}.`);
  }

  private place(position: number): string {
    const before = this.text.slice(0, position).split(/\r\n|\r|\n/);
    return `line ${before.length}, column ${Array.from(before.at(-1) ?? "").length + 1}`;
  }

  private codePoint(): number[] {
    const code = this.text.codePointAt(this.position);
    return code === undefined ? [] : [code];
  }
}
