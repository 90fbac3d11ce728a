import type { Segment } from "../../../protocol/transcribe.ts";

/** SubRip: numbered, times with a comma. */
export function renderSrt(segments: readonly Segment[]): string {
  const cues = segments.map(
    ({ start, end, text }, index) =>
      `${index + 1}\n${toTime(start, ",")} --> ${toTime(end, ",")}\n${toCue(text)}\n\n`,
  );
  return cues.join("");
}

/** WebVTT (W3C, "WebVTT: The Web Video Text Tracks Format"). */
export function renderVtt(segments: readonly Segment[]): string {
  const cues = segments.map(
    ({ start, end, text }) => `${toTime(start, ".")} --> ${toTime(end, ".")}\n${toCue(text)}\n\n`,
  );
  return `WEBVTT\n\n${cues.join("")}`;
}

/** Neither form allows a line that looks like an arrow, or an empty one. */
function toCue(text: string): string {
  return text
    .trim()
    .replaceAll("-->", "->")
    .replaceAll(/\s*\n\s*/g, "\n");
}

function toTime(seconds: number, point: string): string {
  const ms = Math.round(seconds * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, ms % 60_000];
  return `${two(hours)}:${two(minutes)}:${two(Math.floor(rest / 1000))}${point}${String(rest % 1000).padStart(3, "0")}`;
}
