import type { OperationName } from "../../protocol/operations.ts";
import { createLooks } from "../../standstill.ts";

/** How long a host may be silent while it works on an operation, in seconds. */
export type StallSeconds = Readonly<Record<OperationName, number>>;

/**
 * `stallSeconds`: OV_STALL_SECONDS, for an engine that computes a prompt. The short operations wait for a step of that at
 * most, also of a request that was left, so they may be silent as long. A host that embeds, ranks or classifies sends what a batch gave
 * after each one, which takes less than a prompt; one that transcribes, what was said in each half minute.
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
  /** To be called when a request starts; the time before the first one does not count as silence. */
  start(): void;
  stop(): void;
}

export interface StallOptions {
  seconds: StallSeconds;
  /** What the host works on now. */
  operations: () => OperationName[];
  /** Called once with how long the host has been silent beyond what the most patient of its operations allows. */
  onStall: (seconds: number) => void;
}

/** Looks only while requests run: an idle server has no timer. */
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
