import { fail, TemplateFailure } from "./failure.ts";
import type { Value } from "./values.ts";
import { weightOf } from "./weight.ts";

/** Characters that count as one step where a text is read or made from its first to its last one. */
const charactersInStep = 32;
/** A list's items are copied as cheaply. */
const itemsInStep = 4;
const valuesInStep = 2;

/** More work than is allowed; with a higher bound it might end well. */
export class OutOfSteps extends TemplateFailure {}

export interface Limits {
  steps: number;
  /** UTF-16 units of the longest text that may be made, the prompt included. */
  text: number;
}

/** The bound on a render's work: a template is data from a model's folder, and must not hold the daemon's loop. */
export class Budget {
  readonly #limits: Limits;
  #left: number;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#left = limits.steps;
  }

  step(count = 1): void {
    this.#left -= Math.max(0, count);
    // What is no number is beyond any bound, too.
    if (!(this.#left >= 0)) throw new OutOfSteps(`it takes more than ${this.#limits.steps} steps`);
  }

  /** Before so many items are made or gone through. */
  items(count: number): void {
    this.step(Math.ceil(count / itemsInStep));
  }

  /** Before all that a value holds is gone through: printed, compared, sorted. */
  value(value: Value): void {
    if (typeof value === "string") this.text(value.length);
    else if (typeof value === "object" && value !== null)
      this.step(Math.ceil(weightOf(value) / valuesInStep));
  }

  /** Before a text of this length is made or gone through. */
  text(length: number): void {
    this.size(length);
    this.step(Math.ceil(length / charactersInStep));
  }

  /** For a text that is put together without going through it. */
  size(length: number): void {
    if (!(length <= this.#limits.text)) fail(`it makes a text of more than ${this.#limits.text} characters`);
  }
}
