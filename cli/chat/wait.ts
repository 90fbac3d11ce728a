import { Type } from "@sinclair/typebox";
import { askServer, type Server } from "../server.ts";

const State = Type.Object({ state: Type.String(), waiting: Type.Integer() });

/** How long an answer may take to start before somebody is told why. */
const firstLookMs = 1000;

/**
 * Reports once, as a sentence, why an answer does not start: its model is loading, or other requests run. Ends when
 * `signal` aborts; a server that does not answer is no news, the request itself will say so.
 */
export async function watchWait(
  server: Server,
  model: string,
  signal: AbortSignal,
  report: (sentence: string) => void,
): Promise<void> {
  for (;;) {
    await pause(firstLookMs, signal);
    if (signal.aborted) return;
    const path = `/v1/models/${encodeURIComponent(model)}`;
    const found = await askServer(server, path, State, 2).catch(() => null);
    if (signal.aborted) return;
    const sentence = found === null ? null : toSentence(model, found.state, found.waiting);
    if (sentence !== null) return report(sentence);
  }
}

function toSentence(model: string, state: string, waiting: number): string | null {
  if (state === "loading") return `${JSON.stringify(model)} is loading; the answer starts after that.`;
  if (state === "draining") return `${JSON.stringify(model)} is loaded again after its running requests.`;
  return waiting > 0 ? `${JSON.stringify(model)} is busy; the question waits for its turn.` : null;
}

/** Ends early when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => {
    clearTimeout(timer);
    resolve();
  };
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return promise;
}
