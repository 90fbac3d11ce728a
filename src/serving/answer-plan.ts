import type { LoadedModel } from "../engine/pool/target.ts";
import type { Host } from "../engine/supervise/types.ts";
import { type FimTokens, findFimTokens } from "../generate/fim.ts";
import type { PlanOptions, PreparedText } from "../generate/plan.ts";
import { planRaw, type RawRequest } from "../generate/raw.ts";
import type { LooseSchema } from "../generate/tools/choice.ts";

/** What a checked request, of whatever kind, asks of a loaded model. */
export interface AnswerPlan {
  choices: number;
  /** Choices of the same prompt, which is counted once. */
  choicesPerPrompt: number;
  /** What the grammar does not hold the answer to whole, so that it has to be checked. */
  loose: readonly LooseSchema[];
  prepare(loaded: LoadedModel, signal: AbortSignal): Promise<PreparedText>;
}

/** Prepares once for all choices: another model comes only when another engine takes over. */
export function onceForEachLoad(prepare: AnswerPlan["prepare"]): AnswerPlan["prepare"] {
  const known = new WeakMap<LoadedModel, Promise<PreparedText>>();
  return (loaded, signal) => {
    const prepared = known.get(loaded) ?? prepare(loaded, signal);
    known.set(loaded, prepared);
    return prepared;
  };
}

/** Plans raw requests; looks for a model's fill-in-the-middle tokens once for each load, when one has a gap. */
export function createRawPlanner() {
  const readFim = createFimReader();
  return (request: RawRequest, options: PlanOptions): AnswerPlan => {
    const planned = planRaw(request, options);
    return {
      choices: planned.choices,
      choicesPerPrompt: request.choices,
      loose: planned.loose,
      async prepare({ host, defaults }, signal) {
        const fim = planned.needsFim ? await readFim(host, signal) : null;
        return planned.prepare({ facts: host.ready, defaults, fim });
      },
    };
  };
}

function createFimReader(): (host: Host, signal: AbortSignal) => Promise<FimTokens | null> {
  const known = new WeakMap<Host, FimTokens | null>();
  return async (host, signal) => {
    const before = known.get(host);
    if (before !== undefined) return before;
    const found = await findFimTokens(async (text) => (await countTokens(host, text, signal)) === 1);
    known.set(host, found);
    return found;
  };
}

async function countTokens(host: Host, text: string, signal: AbortSignal): Promise<number> {
  const request = { text, add_special_tokens: false, strings: false };
  const events = await Array.fromAsync(host.run("tokenize", request, signal));
  const [found] = events;
  return found?.type === "tokens" ? found.tokens.length : 0;
}
