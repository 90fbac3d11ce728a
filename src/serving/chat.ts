import type { Pool } from "../engine/pool/pool.ts";
import { type PlanOptions, planChat } from "../generate/generation.ts";
import { renderPrompt } from "../generate/prompt.ts";
import { toToolChoice } from "../generate/tools/choice.ts";
import { createSchemaCompiler } from "../grammar/json-schema/compiled.ts";
import type { Catalog, CatalogModel } from "./catalog.ts";
import { createChatModels } from "./chat-models.ts";
import { type ChoiceEvent, type ChoicesOptions, runChoices } from "./choices.ts";
import type { RunningRequest, RunningRequests } from "./running.ts";
import type { Tokenizer } from "./tokenize.ts";

export type ChatAsk = Parameters<typeof planChat>[0];

/** Who asks, and by which ids the request can be cancelled. */
export interface ChatAsker extends RunningRequest {
  /** For the order of turns. */
  client: string;
  signal: AbortSignal;
}

export interface ChatRun {
  choices: number;
  logprobs: boolean;
  /** Counted up while the answer goes on. */
  counts: ChoicesOptions["counts"];
  parts: AsyncGenerator<ChoiceEvent>;
}

export interface Chats {
  /** Throws what is wrong with the request before any model is loaded for it; all else when the parts are read. */
  start(model: CatalogModel, ask: ChatAsk, asker: ChatAsker): ChatRun;
  /** The prompt that the model's template makes of messages, as `start` would. Throws `chat_template_failed`. */
  render(model: CatalogModel, ask: ChatAsk, tokenizer: Tokenizer, addGenerationPrompt: boolean): string;
}

export interface ChatsDeps extends Pick<PlanOptions, "maxTokens"> {
  catalog: Catalog;
  pool: Pool;
  running: RunningRequests;
  /** OV_REQUEST_SECONDS */
  requestSeconds: number;
  newId: () => string;
  /** A random integer of 0 or more, for requests without a seed. */
  newSeed: () => number;
}

/** Chats over the pool. */
export function createChats(deps: ChatsDeps): Chats {
  const { catalog, pool, running, maxTokens, requestSeconds } = deps;
  const chatModels = createChatModels(deps.newId);
  const compileSchema = createSchemaCompiler();
  return {
    start(model, ask, { client, signal, ...request }) {
      const plan = planChat(ask, { seed: deps.newSeed(), maxTokens, compileSchema });
      const counts = { prompt: 0, cached: 0, completion: 0, reasoning: 0 };
      const run = (bound: AbortSignal) =>
        runChoices({
          pool,
          target: catalog.toTarget(model),
          client,
          choices: plan.choices,
          toChoice: (index, loaded) =>
            plan.toChoice(index, chatModels.contextOf(loaded, model.entry.tool_format)),
          counts,
          signal: bound,
        });
      const parts = running.run(request, { signal, seconds: requestSeconds }, run);
      return { choices: plan.choices, logprobs: plan.logprobs, counts, parts };
    },
    render({ entry }, ask, { ready }, addGenerationPrompt) {
      const { model, now } = chatModels.contextOf({ ready, defaults: {} }, entry.tool_format);
      return renderPrompt(ask, toToolChoice(ask, compileSchema), model, now, addGenerationPrompt);
    },
  };
}
