import { anyCodePoint } from "../automata/code-points.ts";
import { all, any, chars, type Expression, repeat } from "../automata/expression.ts";
import { matchesWhole } from "../automata/match.ts";
import { lengths } from "../automata/measure.ts";
import { Budget, boundStates } from "../budget.ts";
import { exceeded, malformed } from "../faults.ts";
import { type Alternative, readAlternatives } from "./expression.ts";
import { RegexReader, type Widen } from "./reader.ts";

const MAX_LENGTH = 4096;
const MAX_LEAST = 6400;

export interface RegexOptions {
  /** Pays for reading and for each `test`; without one only what is read is bounded. */
  budget?: Budget;
  /** Makes what is no regular language looser: looking around and word boundaries say nothing, backreferences repeat their group. */
  widen?: Widen;
}

/**
 * A regular expression as JavaScript reads it with the flag `u` (ECMA-262, 22.2; JSON Schema names the same dialect),
 * without what is no regular language. Lazy or greedy, capturing or not, it is the same language.
 */
export class Regex {
  readonly pattern: string;
  private readonly alternatives: readonly Alternative[];
  private readonly budget: Budget | undefined;
  private readonly states: number;

  constructor(pattern: string, param: string, { budget, widen }: RegexOptions = {}) {
    this.pattern = pattern;
    this.budget = budget;
    if (pattern.length > MAX_LENGTH) throw exceeded(param, `is longer than ${MAX_LENGTH} characters.`);
    if (/\p{Surrogate}/u.test(pattern)) throw malformed(param, "is not valid Unicode text.");
    const reader = new RegexReader(pattern, param, budget ?? new Budget(param), widen);
    this.alternatives = readAlternatives(reader, 0);
    if (reader.peek() === ")") throw reader.broken("the ) has no (", reader.position);
    this.states = boundStates(
      this.alternatives.map(({ body }) => body),
      param,
    );
    const longest = Math.max(...this.alternatives.map(({ body }) => lengths(body)[0]));
    if (longest > MAX_LEAST) {
      throw exceeded(param, `asks for ${longest} characters at least; at most ${MAX_LEAST} are allowed.`);
    }
  }

  /** The texts that match from their first to their last character. */
  whole(): Expression {
    return any(...this.alternatives.map(({ body }) => body));
  }

  /** The texts in which it matches somewhere, which is what `pattern` of JSON Schema means. */
  somewhere(): Expression {
    const rest = repeat(chars(anyCodePoint), 0);
    const side = (isAnchored: boolean) => (isAnchored ? [] : [rest]);
    return any(
      ...this.alternatives.map(({ body, isStartAnchored, isEndAnchored }) =>
        all(...side(isStartAnchored), body, ...side(isEndAnchored)),
      ),
    );
  }

  /** Not by JavaScript's own matcher, which a pattern can keep busy for years. */
  test(value: string): boolean {
    this.budget?.spend(this.states);
    return matchesWhole(this.somewhere(), value);
  }
}
