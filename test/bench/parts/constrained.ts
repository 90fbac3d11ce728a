import type { Figure } from "../measuring/goals.ts";
import { type ChatTarget, type Prompt, runLoad } from "../measuring/load.ts";
import type { Prompts } from "../measuring/prompts.ts";
import { median, round, toTokensPerSecond } from "../measuring/statistics.ts";

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

const tools = [tool("add"), tool("sort")];

/** A kind of request. */
interface Kind {
  name: string;
  /** What it asks for beside its messages. */
  extra: Record<string, unknown>;
  /** What stands before the question. */
  system?: string;
}

interface Comparison {
  free: Kind;
  constrained: Kind[];
}

/**
 * Free text has a prompt of the same length: tools are a part of it, and each step attends to all of it.
 */
const comparisons: Comparison[] = [
  {
    free: { name: "free text", extra: { ignore_eos: true } },
    constrained: [
      {
        name: "JSON schema",
        extra: {
          response_format: { type: "json_schema", json_schema: { name: "numbers", schema: numbers } },
        },
      },
    ],
  },
  {
    free: {
      name: "free text after the tools' JSON",
      extra: { ignore_eos: true },
      system: JSON.stringify(tools, null, 2),
    },
    constrained: [
      { name: "tools, required", extra: { tools, tool_choice: "required" } },
      { name: "tools, auto", extra: { tools } },
    ],
  },
];

export interface ConstrainedRow {
  kind: string;
  /** What it is compared with; null: that itself. */
  free: string | null;
  tokensPerSecond: number;
  /** To free text, the median of neighbouring rounds. */
  ratio: number;
}

/** The kinds alternate, because the machine's speed drifts; the first round, which compiles grammars, is left out. */
export async function measureConstrained(
  target: ChatTarget,
  prompts: Prompts,
  rounds: number,
): Promise<ConstrainedRow[]> {
  const kinds = comparisons.flatMap(({ free, constrained }) => [free, ...constrained]);
  const seen = new Map<Kind, number[]>(kinds.map((kind) => [kind, []]));
  for (let pass = 0; pass <= rounds; pass++) {
    for (const kind of kinds) {
      // Each has questions of its own, or the prefix cache would hold those that another kind has asked.
      const asked = Array.from({ length: concurrency }, () => toPrompt(kind, prompts.next()));
      const speed = toTokensPerSecond(await runLoad(target, asked, maxTokens, kind.extra));
      if (pass > 0) seen.get(kind)?.push(speed);
    }
  }
  const toRow = (kind: Kind, free: Kind | null): ConstrainedRow => {
    const [speeds, base] = [seen.get(kind) ?? [], seen.get(free ?? kind) ?? []];
    return {
      kind: kind.name,
      free: free?.name ?? null,
      tokensPerSecond: round(median(speeds)),
      ratio: round(median(speeds.map((speed, index) => speed / (base[index] ?? Number.NaN))), 3),
    };
  };
  return comparisons.flatMap(({ free, constrained }) => [
    toRow(free, null),
    ...constrained.map((kind) => toRow(kind, free)),
  ]);
}

function toPrompt({ system }: Kind, text: string): Prompt {
  if (system === undefined) return text;
  return [
    { role: "system", content: system },
    { role: "user", content: text },
  ];
}

export function toConstrainedFigures(rows: ConstrainedRow[]): Figure[] {
  return rows.flatMap(({ kind, free, ratio, tokensPerSecond }) =>
    free === null
      ? []
      : [
          {
            name: `tokens/s at ${concurrency}, ${kind} / ${free} (${tokensPerSecond})`,
            value: ratio,
            unit: "",
            goal: { atLeast: ratioGoal },
          },
        ],
  );
}
