import { Budget } from "../budget.ts";
import { Fault, unsupported } from "../faults.ts";

/** A keyword that the grammar does not enforce, or not whole: answers may break it. */
export interface Widened {
  /** Its place within the request, as errors name it. */
  at: string;
  keyword: string;
  /** The reason, in the words that a refusal would have. */
  why: string;
}

/**
 * How a schema's demands are met. Strictly: what cannot be enforced is refused. Otherwise it is widened to the nearest
 * looser form, so that every value the schema allows stays allowed, and noted.
 */
export class Enforcement {
  readonly budget: Budget;
  private readonly isStrict: boolean;
  private readonly found = new Map<string, Widened>();

  constructor(param: string, isStrict: boolean) {
    this.budget = new Budget(param);
    this.isStrict = isStrict;
  }

  get widened(): Widened[] {
    return [...this.found.values()];
  }

  /** Throws `unsupported_parameter` where nothing may be widened. */
  widen(at: string, keyword: string, why: string): void {
    this.note(unsupported(at, why), at, keyword);
  }

  /** Whether a bound that is too high to count may be left out, which is then noted; else a lower one is kept. */
  mayLoosen(at: string, keyword: string, why: string): boolean {
    if (!this.isStrict) this.widen(at, keyword, why);
    return !this.isStrict;
  }

  /** Runs what reads a keyword; one that turns out wrong or impossible is left out where that is allowed. */
  attempt(at: string, keyword: string, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.note(error, at, keyword);
    }
  }

  /** Throws the fault where nothing may be widened, and always if it is a bound on size. */
  note(fault: Fault, at: string, keyword: string): void {
    if (this.isStrict || fault.isBound) throw fault;
    this.found.set(`${at} ${fault.why}`, { at, keyword, why: fault.why });
  }
}
