import type { OperationName } from "../../protocol/operations.ts";
import { createLooks } from "../../standstill.ts";

/** How long a host may be silent while it works on an operation, in seconds. */
export type StallSeconds = Readonly<Record<OperationName, number>>;

/**
 * `stallSeconds`: OV_STALL_SECONDS, for an engine that computes a prompt. Short operations may have to wait for one step of a
 * prompt, even that of a cancelled request, so they may be silent as long. A host that embeds, ranks or classifies sends results
 * after each batch, which takes less time than a prompt; one that transcribes, after each half minute of sound.
 */
export function toStallSeconds(stallSeconds: number): StallSeconds {
  return {
    generate: stallSeconds,
    tokenize: stallSeconds,
    detokenize: stallSeconds,
    embed: stallSeconds,
    rank: stallSeconds,
    classify: stallSeconds,
    transcribe: stallSeconds,
  };
}

export interface StallWatch {
  /** The host gave a sign of life. */
  sign(): void;
  /** Call this when a request starts; the time before the first one does not count as silence. */
  start(): void;
  stop(): void;
}

export interface StallOptions {
  seconds: StallSeconds;
  /** What the host works on now. */
  operations: () => OperationName[];
  /** Called once, with the length of the silence, when it exceeds what the most patient operation allows. */
  onStall: (seconds: number) => void;
}

/** Checks only while requests run: an idle server has no timer. */
export function createStallWatch({ seconds, operations, onStall }: StallOptions): StallWatch {
  const everyMs = Math.min(5, Math.min(...Object.values(seconds)) / 4) * 1000;
  let lastSign = performance.now();
  let looks = createLooks(everyMs);
  let timer: Timer | undefined;

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  function look(): void {
    const stoodStill = looks.look();
    lastSign = Math.min(performance.now(), lastSign + stoodStill);
    const running = operations();
    const allowed = Math.max(...running.map((operation) => seconds[operation]));
    // What came during a standstill is heard first.
    const mayAnswer = stoodStill > 0 || performance.now() - lastSign <= allowed * 1000;
    if (running.length > 0 && mayAnswer) return;
    stop();
    if (running.length > 0) onStall(allowed);
  }

  return {
    sign() {
      lastSign = performance.now();
    },
    start() {
      if (operations().length <= 1) lastSign = performance.now();
      if (timer !== undefined) return;
      looks = createLooks(everyMs);
      timer = setInterval(look, everyMs);
    },
    stop,
  };
}
