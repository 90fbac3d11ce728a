import type { Expression } from "./automata/expression.ts";
import { countStates } from "./automata/measure.ts";
import { exceeded } from "./faults.ts";

/**
 * A step takes 0.2 to 0.6 µs (measured with Bun 1.4 on 2 busy cores), so that no grammar takes longer than some 50 ms. The
 * dearest of the formats, `ipv6`, takes 48,000, a list of 1000 values 26,000.
 */
const STEPS = 100_000;

/** The work that one grammar may cost, counted in steps and not by a clock, so that the same one is always refused. */
export class Budget {
  private left = STEPS;
  private readonly paid = new Set<string>();
  private readonly param: string;

  constructor(param: string) {
    this.param = param;
  }

  /** Throws `invalid_request` once all steps are spent. */
  spend(steps = 1): void {
    this.left -= steps;
    if (this.left < 0) {
      throw exceeded(this.param, `takes more than ${STEPS} steps to compile. Make it smaller or simpler.`);
    }
  }

  /** The same, for work whose result is kept under this name. */
  spendOnce(name: string, steps: number): void {
    if (!this.paid.has(name)) this.spend(steps);
    this.paid.add(name);
  }
}

/**
 * Measured with OpenVINO GenAI 2026.4, first step of a request: 46,500 states of counts within counts 0.07 s, a list of
 * 1000 values with 26,000 states 0.3 s. The engine compiles between the steps of all requests, so this is what they wait.
 */
const STATES = 50_000;

/**
 * How many states some expressions have once their counts are written out. Throws `invalid_request` where that is more
 * than the engine may be given, before anything is compiled.
 */
export function boundStates(expressions: Iterable<Expression>, param: string): number {
  let states = 0;
  for (const expression of expressions) states += countStates(expression);
  if (states <= STATES) return states;
  const size = Number.isFinite(states) ? `${states} states` : "endless states";
  throw exceeded(param, `has ${size} once its counts are written out; at most ${STATES} are allowed.`);
}
