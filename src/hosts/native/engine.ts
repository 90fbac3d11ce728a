import type { LoadMessage, ReadyMessage } from "../../protocol/load.ts";
import type { FromHost, ToHost } from "../../protocol/messages.ts";
import type { OperationName } from "../../protocol/operations.ts";
import { protocolVersion } from "../../protocol/version.ts";
import { createGeneration } from "./generation.ts";
import type { Addon } from "./load-addon.ts";
import { toFailed } from "./messages.ts";
import { type LoadedPipeline, loadPipeline } from "./pipeline.ts";
import { createPrompts, type Prompts } from "./prompts.ts";
import { createTokens } from "./tokens.ts";
import { findControlTokens } from "./vocabulary.ts";

/** A loaded model. Generations run one at a time in the order of their arrival, everything else at once. */
export interface NativeEngine {
  readonly ready: ReadyMessage;
  /** Never throws: a failure is sent as `failed`. */
  take(message: ToHost): void;
}

/** The context when the model's files state no length; as batching/kind.py has it. */
const defaultContext = 131_072;

const operations: OperationName[] = ["generate", "tokenize", "detokenize"];

export async function createEngine(
  addon: Addon,
  load: LoadMessage,
  send: (message: FromHost) => void,
): Promise<NativeEngine> {
  const loaded = await loadPipeline(addon, load);
  const prompts = createPrompts(loaded.tokenizer, load.context_length ?? defaultContext);
  const tokens = createTokens(loaded.tokenizer, prompts);
  const generation = createGeneration(loaded, prompts, send);

  function answer(id: number, toAnswer: () => FromHost): void {
    try {
      send(toAnswer());
      send({ type: "finished", id, reason: "stop" });
    } catch (error) {
      send(toFailed(id, error));
    }
  }

  return {
    ready: {
      ...toReady(addon, loaded, prompts),
      ...(load.control_tokens && {
        control_tokens: findControlTokens(loaded.tokenizer, loaded.chatTemplate),
      }),
    },
    take(message) {
      switch (message.type) {
        case "generate":
          return generation.start(message);
        case "tokenize":
          return answer(message.id, () => tokens.tokenize(message));
        case "detokenize":
          return answer(message.id, () => tokens.detokenize(message));
        case "cancel":
          return generation.cancel(message.id);
      }
    },
  };
}

function toReady({ facts }: Addon, loaded: LoadedPipeline, { contextLength }: Prompts): ReadyMessage {
  const { tokenizer, device, chatTemplate, abilities } = loaded;
  const { openvino, openvino_node, openvino_genai_node } = facts;
  return {
    type: "ready",
    protocol: protocolVersion,
    engine: "native",
    device,
    device_name: facts.device_names[device] ?? device,
    context_length: contextLength,
    versions: { openvino_genai_node, openvino_node, openvino },
    chat_template: chatTemplate,
    bos_token: tokenizer.getBosToken(),
    eos_token: tokenizer.getEosToken(),
    operations,
    capabilities: abilities.grammar ? ["grammar"] : [],
    max_concurrent: 1,
  };
}
