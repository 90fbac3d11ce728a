import type { ReadyMessage } from "../../protocol/load.ts";
import type { OperationName, Operations } from "../../protocol/operations.ts";
import type { HeldGrammars } from "../../protocol/request.ts";

/** A loaded model in a process of its own, of whatever kind. */
export interface Host {
  readonly ready: ReadyMessage;
  readonly pid: number;
  /** False as soon as its process is known to have ended. */
  readonly alive: boolean;
  /** The grammars that it keeps; they grow until it ends. */
  readonly grammars: HeldGrammars;
  /**
   * Runs one request. Ends after `finished`; throws an OvError if the request or the host fails (`task_unsupported` if
   * the model does not offer the operation), and the signal's reason if it aborts. Leaving the loop early cancels the
   * request.
   */
  run<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]["request"],
    signal: AbortSignal,
  ): AsyncGenerator<Operations[Name]["event"]>;
  /** Ends the process; resolves when it has ended, within a few seconds. */
  close(): Promise<void>;
  /** Resolves when the process has ended, with the reason if the end was not requested. */
  readonly exited: Promise<Error | null>;
}
