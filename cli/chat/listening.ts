import { Type } from "@sinclair/typebox";
import { askServer, isRefusedConnection, type Server } from "../server.ts";
import { pause } from "./wait.ts";

/** How long a server that starts may take until it answers, in milliseconds. */
export const startMs = 60_000;
const lookMs = 100;

/** Whether something listens there, whatever it answers. */
export async function isListening(server: Server): Promise<boolean> {
  try {
    await askServer(server, "/health/live", Type.Unknown(), 10);
    return true;
  } catch (error) {
    return !isRefusedConnection(error);
  }
}

export interface Wait {
  signal: AbortSignal;
  ms: number;
  /** Looks again at once when it resolves. */
  hint?: Promise<unknown>;
}

/** False: not within the time. Throws the signal's reason. */
export async function waitUntil(
  isTrue: () => Promise<boolean>,
  { signal, ms, hint = new Promise(() => {}) }: Wait,
): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (!(await isTrue())) {
    signal.throwIfAborted();
    if (performance.now() > deadline) return false;
    await Promise.race([pause(lookMs, signal), hint]);
  }
  signal.throwIfAborted();
  return true;
}
