import { type ReadonlySignal, signal } from "@preact/signals";
import { ApiError } from "../api/api.ts";

/** What the server refused last. */
export interface Failures {
  /** Its message; null: nothing, or it was dismissed. */
  readonly last: ReadonlySignal<string | null>;
  /** Does the work, whose refusal is shown. False: it failed. */
  attempt(work: () => Promise<unknown>): Promise<boolean>;
  dismiss(): void;
}

export function createFailures(): Failures {
  const last = signal<string | null>(null);
  return {
    last,
    async attempt(work) {
      try {
        await work();
        return true;
      } catch (error) {
        // The stream of events notices when the server is gone, and the key's form when it asks for one.
        if (error instanceof ApiError && error.status !== 401) last.value = error.message;
        return false;
      }
    },
    dismiss() {
      last.value = null;
    },
  };
}
