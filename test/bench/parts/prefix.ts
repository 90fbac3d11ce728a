import type { Figure } from "../measuring/goals.ts";
import { type ChatTarget, runLoad } from "../measuring/load.ts";
import type { Prompts } from "../measuring/prompts.ts";
import { median, round, toTtftMs } from "../measuring/statistics.ts";

const prefixTokens = 2000;
const ratioGoal = 0.15;

export interface PrefixReport {
  /** The repeated prompt's TTFT over that of the first with the same prefix, the median of all prefixes. */
  ratio: number;
  coldMs: number;
  repeatedMs: number;
  /** What the API says of the last repeated prompt. */
  promptTokens: number | null;
  cachedTokens: number | null;
}

/** Asks twice about each of `count` fresh long texts, each time another question. */
export async function measurePrefix(
  target: ChatTarget,
  prompts: Prompts,
  count: number,
): Promise<PrefixReport> {
  const ask = (text: string) => runLoad(target, [text], 4);
  const pairs: { cold: number; repeated: number }[] = [];
  let last = await ask(prompts.next());
  for (let index = 0; index < count; index++) {
    const prefix = prompts.nextPrefix(prefixTokens);
    const cold = toTtftMs(await ask(`${prefix} What is this text about?`));
    last = await ask(`${prefix} Who is named in it most often?`);
    pairs.push({ cold, repeated: toTtftMs(last) });
  }
  const [answer] = last.answers;
  return {
    ratio: round(median(pairs.map(({ cold, repeated }) => repeated / cold)), 3),
    coldMs: round(median(pairs.map(({ cold }) => cold))),
    repeatedMs: round(median(pairs.map(({ repeated }) => repeated))),
    promptTokens: answer?.promptTokens ?? null,
    cachedTokens: answer?.cachedTokens ?? null,
  };
}

export function toPrefixFigures(report: PrefixReport): Figure[] {
  const name = `TTFT of a repeated prefix / cold (${report.repeatedMs} / ${report.coldMs} ms)`;
  const tokens = `cached_tokens of ${report.promptTokens} prompt tokens`;
  return [
    { name, value: report.ratio, unit: "", goal: { atMost: ratioGoal } },
    { name: tokens, value: report.cachedTokens ?? Number.NaN, unit: "" },
  ];
}
