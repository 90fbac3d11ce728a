import type { Figure } from "./goals.ts";
import { type ChatTarget, runLoad } from "./load.ts";
import type { Prompts } from "./prompts.ts";
import { median, round, toTokensPerSecond } from "./statistics.ts";

const concurrency = 8;
const maxTokens = 128;
const ratioGoal = 0.85;

/** Long enough that max_tokens ends every answer, so that all write the same number of tokens. */
const numbers = {
  type: "object",
  properties: {
    numbers: { type: "array", items: { type: "integer", minimum: 0, maximum: 999 }, minItems: 80 },
  },
  required: ["numbers"],
  additionalProperties: false,
};
const tool = (name: string) => ({
  type: "function",
  function: { name, description: `Takes numbers to ${name}.`, parameters: numbers },
});

/** What each kind of request asks for beside its messages. */
const kinds: Record<string, Record<string, unknown>> = {
  "free text": { ignore_eos: true },
  "JSON schema": {
    response_format: { type: "json_schema", json_schema: { name: "numbers", schema: numbers } },
  },
  "tools, required": { tools: [tool("add"), tool("sort")], tool_choice: "required" },
  "tools, auto": { tools: [tool("add"), tool("sort")] },
};

export interface ConstrainedRow {
  kind: string;
  tokensPerSecond: number;
  /** To free text, the median of neighbouring rounds. */
  ratio: number;
}

/** Each kind in turns, because the machine's speed drifts; the first round, which compiles grammars, is left out. */
export async function measureConstrained(
  target: ChatTarget,
  prompts: Prompts,
  rounds: number,
): Promise<ConstrainedRow[]> {
  const seen = new Map<string, number[]>(Object.keys(kinds).map((kind) => [kind, []]));
  for (let pass = 0; pass <= rounds; pass++) {
    const texts = Array.from({ length: concurrency }, prompts.next);
    for (const [kind, extra] of Object.entries(kinds)) {
      const speed = toTokensPerSecond(await runLoad(target, texts, maxTokens, extra));
      if (pass > 0) seen.get(kind)?.push(speed);
    }
  }
  const free = seen.get("free text") ?? [];
  return [...seen].map(([kind, speeds]) => ({
    kind,
    tokensPerSecond: round(median(speeds)),
    ratio: round(median(speeds.map((speed, index) => speed / (free[index] ?? Number.NaN))), 3),
  }));
}

export function toConstrainedFigures(rows: ConstrainedRow[]): Figure[] {
  return rows
    .filter(({ kind }) => kind !== "free text")
    .map(({ kind, ratio, tokensPerSecond }) => ({
      name: `tokens/s at ${concurrency}, ${kind} / free text (${tokensPerSecond})`,
      value: ratio,
      unit: "",
      goal: { atLeast: ratioGoal },
    }));
}
