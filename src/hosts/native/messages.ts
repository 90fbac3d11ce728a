/** The line of OpenVINO's multi-line messages that says what was wrong; ours are of one line anyway. */
export function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.at(-1)?.trim() ?? "It gave no reason.";
}
