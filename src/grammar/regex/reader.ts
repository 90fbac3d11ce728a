import type { OvError } from "../../errors.ts";
import { malformed, quote, unsupported } from "../faults.ts";

/** Goes through a pattern; positions in errors count characters from 1. */
export class RegexReader {
  position = 0;
  private readonly param: string;
  private readonly pattern: string;
  private readonly chars: readonly string[];

  constructor(pattern: string, param: string) {
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

  /** What a sticky expression finds here. */
  match(wanted: RegExp): string {
    wanted.lastIndex = 0;
    const found = wanted.exec(this.chars.slice(this.position, this.position + 40).join(""))?.[0];
    if (found === undefined) throw this.broken(`${wanted.source} is expected`, this.position);
    this.position += Array.from(found).length;
    return found;
  }

  broken(why: string, position: number): OvError {
    return malformed(
      this.param,
      `is not a valid regular expression: ${why}, at character ${position + 1} of ${quote(this.pattern)}.`,
    );
  }

  refused(what: string, position: number): OvError {
    return unsupported(
      this.param,
      `${what} cannot be enforced, at character ${position + 1} of ${quote(this.pattern)}. Write it without.`,
    );
  }
}
