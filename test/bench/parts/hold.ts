import { startAttacked } from "../../attack/attacked.ts";
import { attackInputs } from "../../attack/inputs.ts";
import type { Figure } from "../measuring/goals.ts";
import { round } from "../measuring/statistics.ts";

/** Longer, and another client's stream stutters. */
const goalMs = 50;

export interface HoldReport {
  name: string;
  status: number;
  /** The longest time for which the daemon's loop answered nobody, and until the answer was whole; milliseconds. */
  longestMs: number;
  tookMs: number;
}

/** What single requests that are made to hold the loop do to it; the better of `rounds`, for other programs hold it too. */
export async function measureHold(rounds: number): Promise<HoldReport[]> {
  await using server = await startAttacked();
  const reports: HoldReport[] = [];
  for (const input of attackInputs) {
    const tries: HoldReport[] = [];
    for (let at = 0; at < rounds; at += 1) {
      const { status, longest, took } = await server.attack(input);
      tries.push({ name: input.name, status, longestMs: round(longest), tookMs: round(took) });
    }
    tries.sort((one, other) => one.longestMs - other.longestMs);
    reports.push(...tries.slice(0, 1));
  }
  return reports;
}

export function toHoldFigures(reports: readonly HoldReport[]): Figure[] {
  return reports.map(({ name, longestMs, status }) => ({
    name: `loop held by ${name} (${status})`,
    value: longestMs,
    unit: "ms",
    goal: { atMost: goalMs },
  }));
}
