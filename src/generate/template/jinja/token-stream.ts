import { fail } from "./failure.ts";
import type { Token } from "./tokens.ts";

/** The tokens of one tag, read from left to right. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token | undefined {
    return this.#tokens[this.#at];
  }

  get ended(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** Whether the token (or the one `ahead` of it) is this name or operator. */
  is(text: string, ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead];
    return token !== undefined && token.type !== "string" && token.type !== "number" && token.text === text;
  }

  isOneOf(...texts: string[]): boolean {
    return texts.some((text) => this.is(text));
  }

  take(): Token {
    const token = this.current;
    if (!token) return fail("a tag ends too early");
    this.#at += 1;
    return token;
  }

  /** Takes the name or operator if it comes next. */
  skip(text: string): boolean {
    if (!this.is(text)) return false;
    this.#at += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.skip(text)) fail(`"${text}" was expected instead of ${this.#found()}`);
  }

  takeName(): string {
    const token = this.current;
    if (token?.type !== "name") return fail(`a name was expected instead of ${this.#found()}`);
    this.#at += 1;
    return token.text;
  }

  expectEnd(): void {
    if (!this.ended) fail(`unexpected ${this.#found()}`);
  }

  #found(): string {
    return this.current ? `"${this.current.text}"` : "the tag's end";
  }
}
