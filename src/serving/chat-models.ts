import type { PoolModel } from "../engine/pool/pool.ts";
import type { ChoiceContext } from "../generate/generation.ts";
import { type ChatModel, createChatModel } from "../generate/model.ts";
import type { ReadyMessage } from "../protocol/load.ts";

/** What is known of loaded models' templates: each is compiled and probed once a load. */
export interface ChatModels {
  contextOf(loaded: PoolModel, toolFormat: string | undefined): ChoiceContext;
}

export function createChatModels(newId: () => string): ChatModels {
  /** Forgets a model together with its host's `ready` message. */
  const known = new WeakMap<ReadyMessage, ChatModel>();

  function modelOf(ready: ReadyMessage, toolFormat: string | undefined): ChatModel {
    const model = known.get(ready) ?? createChatModel(ready, toolFormat);
    known.set(ready, model);
    return model;
  }

  return {
    contextOf: ({ ready, defaults }, toolFormat) => ({
      model: modelOf(ready, toolFormat),
      defaults,
      now: new Date(),
      newCallId: () => `call_${newId().slice(0, 24)}`,
    }),
  };
}
