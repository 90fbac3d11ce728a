import type { GenerateMessage } from "../../protocol/generate.ts";
import type { FromHost } from "../../protocol/messages.ts";
import { type DecodedResults, finishReason, streaming } from "./binding.ts";
import { toGenerationConfig } from "./generation-config.ts";
import { createHeldGrammars } from "./held-grammars.ts";
import { toFailed } from "./messages.ts";
import type { LoadedPipeline } from "./pipeline.ts";
import { createPrefixMemory } from "./prefix.ts";
import type { Prompts } from "./prompts.ts";

/** Generations of one model, one at a time in order of arrival: the binding supports no more. */
export interface Generation {
  /** Never throws: a failure is sent as `failed`. */
  start(message: GenerateMessage): void;
  /** A waiting request ends now, a running one at its next token; one that computes its prompt, after that. */
  cancel(id: number): void;
}

export function createGeneration(
  { pipeline, device, abilities }: LoadedPipeline,
  prompts: Prompts,
  send: (message: FromHost) => void,
): Generation {
  const prefixes = createPrefixMemory(device, abilities.prefixCache);
  const grammars = createHeldGrammars(send);
  /** All that have not ended, the running one included. */
  const open = new Set<number>();
  /** The mutex: resolves when the request before has left the engine. */
  let turn = Promise.resolve();

  async function run(message: GenerateMessage): Promise<void> {
    const { id } = message;
    const { text: prompt, specialTokens, ids } = prompts.encode(message.prompt, message.add_special_tokens);
    const cached_tokens = prefixes.cachedTokens(ids);
    send({ type: "started", id, prompt_tokens: ids.length, cached_tokens });
    const maxTokens = Math.min(message.max_tokens, prompts.contextLength - ids.length);
    let sent = 0;
    const config = toGenerationConfig(message, { maxTokens, specialTokens });
    if (message.grammar !== null) grammars.add(message.grammar);
    const result = await pipeline.generate(prompt, config, (text) => {
      if (!open.has(id)) return streaming.cancel;
      if (text === "") return streaming.running;
      const tokens = Math.min(prompts.countPiece(text), maxTokens - sent);
      sent += tokens;
      send({ type: "step", outputs: [{ id, text, tokens }] });
      return streaming.running;
    });
    prefixes.used(ids.length + Math.max(sent, result.perfMetrics.getNumGeneratedTokens()));
    if (!open.has(id)) return;
    finish(id, result, { sent, maxTokens });
  }

  /** The end of text is a token without a text, and the count of a piece an estimate: the rest is sent here. */
  function finish(
    id: number,
    result: DecodedResults,
    { sent, maxTokens }: { sent: number; maxTokens: number },
  ) {
    const tokens = result.perfMetrics.getNumGeneratedTokens();
    if (tokens > sent) send({ type: "step", outputs: [{ id, text: "", tokens: tokens - sent }] });
    send({ type: "finished", id, reason: toReason(result.finishReasons[0], tokens, maxTokens) });
  }

  async function runInTurn(message: GenerateMessage): Promise<void> {
    const { id } = message;
    if (!open.has(id)) return;
    try {
      await run(message);
    } catch (error) {
      if (open.has(id)) send(toFailed(id, error));
    }
    open.delete(id);
  }

  return {
    start(message) {
      open.add(message.id);
      turn = turn.then(() => runInTurn(message));
    },
    cancel(id) {
      if (open.delete(id)) send({ type: "finished", id, reason: "cancelled" });
    },
  };
}

/** The reason that the engine reports; if it reports none, the count decides. */
function toReason(reason: number | undefined, tokens: number, maxTokens: number): "stop" | "length" {
  if (reason === finishReason.stop) return "stop";
  if (reason === finishReason.length) return "length";
  return tokens >= maxTokens ? "length" : "stop";
}
