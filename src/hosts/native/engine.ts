import { OvError } from "../../errors.ts";
import {
  type FromHost,
  type GenerateMessage,
  type LoadMessage,
  protocolVersion,
  type ReadyMessage,
} from "../../protocol/messages.ts";
import { type DecodedResults, finishReason, streaming } from "./binding.ts";
import { toGenerationConfig } from "./generation-config.ts";
import type { Addon } from "./load-addon.ts";
import { lastLine } from "./messages.ts";
import { loadPipeline } from "./pipeline.ts";
import { createPrefixMemory } from "./prefix.ts";
import { createPrompts } from "./prompts.ts";

/** A loaded model. Requests run one at a time in the order of their arrival: the binding bears no more. */
export interface NativeEngine {
  readonly ready: ReadyMessage;
  /** Never throws: what goes wrong is said as `failed`. */
  start(message: GenerateMessage): void;
  /** A waiting request ends now, a running one at its next token; one that computes its prompt, after that. */
  cancel(id: number): void;
}

/** What is asked for when the model's files state no context length; as batching/engine.py. */
const defaultContext = 131_072;

export async function createEngine(
  addon: Addon,
  load: LoadMessage,
  send: (message: FromHost) => void,
): Promise<NativeEngine> {
  const { pipeline, tokenizer, device, chatTemplate, hasPrefixCache } = await loadPipeline(addon, load);
  const prompts = createPrompts(tokenizer, load.context_length ?? defaultContext);
  const prefixes = createPrefixMemory(device, hasPrefixCache);
  /** All that have not ended, the running one included. */
  const open = new Set<number>();
  /** The mutex: resolves when the request before has left the engine. */
  let turn = Promise.resolve();

  async function run(message: GenerateMessage): Promise<void> {
    const { id } = message;
    const ids = prompts.encode(message.prompt);
    const cached_tokens = prefixes.cachedTokens(ids);
    send({ type: "started", id, prompt_tokens: ids.length, cached_tokens });
    const maxTokens = Math.min(message.max_tokens, prompts.contextLength - ids.length);
    let told = 0;
    const result = await pipeline.generate(message.prompt, toGenerationConfig(message, maxTokens), (text) => {
      if (!open.has(id)) return streaming.cancel;
      if (text === "") return streaming.running;
      told += 1;
      send({ type: "step", outputs: [{ id, text, tokens: 1 }] });
      return streaming.running;
    });
    if (!open.has(id)) return;
    finish(id, result, { told, maxTokens });
  }

  /** A piece of text may be of several tokens, and the end of text is a token without any: the rest is told here. */
  function finish(
    id: number,
    result: DecodedResults,
    { told, maxTokens }: { told: number; maxTokens: number },
  ) {
    const tokens = result.perfMetrics.getNumGeneratedTokens();
    if (tokens > told) send({ type: "step", outputs: [{ id, text: "", tokens: tokens - told }] });
    send({ type: "finished", id, reason: toReason(result.finishReasons[0], tokens, maxTokens) });
  }

  async function runInTurn(message: GenerateMessage): Promise<void> {
    const { id } = message;
    if (!open.has(id)) return;
    try {
      await run(message);
    } catch (error) {
      const code = error instanceof OvError ? error.code : "engine_failed";
      if (open.has(id)) send({ type: "failed", id, code, message: lastLine(error) });
    }
    open.delete(id);
  }

  return {
    ready: {
      type: "ready",
      protocol: protocolVersion,
      engine: "native",
      device,
      device_name: addon.facts.device_names[device] ?? device,
      context_length: prompts.contextLength,
      versions: toVersions(addon),
      chat_template: chatTemplate,
      bos_token: tokenizer.getBosToken(),
      eos_token: tokenizer.getEosToken(),
      capabilities: device === "NPU" ? [] : ["grammar"],
      max_concurrent: 1,
    },
    start(message) {
      open.add(message.id);
      turn = turn.then(() => runInTurn(message));
    },
    cancel(id) {
      if (open.delete(id)) send({ type: "finished", id, reason: "cancelled" });
    },
  };
}

/** By the engine's word; where it gives none, by the count. */
function toReason(reason: number | undefined, tokens: number, maxTokens: number): "stop" | "length" {
  if (reason === finishReason.stop) return "stop";
  if (reason === finishReason.length) return "length";
  return tokens >= maxTokens ? "length" : "stop";
}

function toVersions({ facts }: Addon): Record<string, string> {
  const { openvino, openvino_node, openvino_genai_node } = facts;
  return { openvino_genai_node, openvino_node, openvino };
}
