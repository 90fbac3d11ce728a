import { OvError, toReason } from "../../errors.ts";
import type { FromHost } from "../../protocol/messages.ts";

/** The line of OpenVINO's multi-line messages that states what was wrong; ours have one line anyway. */
export function lastLine(error: unknown): string {
  const lines = toReason(error)
    .split("\n")
    .filter((line) => line.trim() !== "");
  return lines.at(-1)?.trim() ?? "It gave no reason.";
}

/** The failure of a request; an error that is not ours is the engine's. */
export function toFailed(id: number, error: unknown): FromHost {
  const code = error instanceof OvError ? error.code : "engine_failed";
  return { type: "failed", id, code, message: lastLine(error) };
}
