import type { ChoiceContext } from "../chat/generation.ts";
import { type ChatModel, createChatModel } from "../chat/model.ts";
import type { PoolModel } from "../engine/pool.ts";
import type { ReadyMessage } from "../engine/protocol.ts";

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
