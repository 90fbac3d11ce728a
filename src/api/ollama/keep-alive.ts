import { Type } from "@sinclair/typebox";
import { nullable } from "../nullable.ts";
import { malformed, quote } from "../refusal.ts";

export const KeepAlive = nullable(
  Type.Union([Type.Number(), Type.String()], {
    description: "Seconds, or a duration such as `5m`; 0: unload at once; below 0: never for being idle",
  }),
);

/** Of Go's durations (time.ParseDuration), in seconds. */
const units: Record<string, number> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};
const duration = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const plainNumber = /^[+-]?\d+(?:\.\d+)?$/;

/**
 * How long the model stays after the request, in seconds: 0 unloads it at once, Infinity keeps it, null leaves it as it is.
 * A number as text counts as seconds, which Ollama itself refuses. Throws `invalid_request`.
 */
export function toKeepSeconds(given: number | string | null | undefined): number | null {
  if (given === undefined || given === null || given === "") return null;
  const seconds = typeof given === "number" ? given : parseDuration(given);
  if (seconds === null) {
    throw malformed("keep_alive", `must be seconds or a duration such as "5m", but is ${quote(given)}.`);
  }
  return seconds < 0 ? Number.POSITIVE_INFINITY : seconds;
}

function parseDuration(text: string): number | null {
  if (plainNumber.test(text)) return Number(text);
  if (!duration.test(text)) return null;
  const parts = [...text.matchAll(part)].map(([, value, unit = "s"]) => Number(value) * (units[unit] ?? 1));
  const seconds = parts.reduce((sum, value) => sum + value, 0);
  return text.startsWith("-") ? -seconds : seconds;
}
