import type { LoadedModel } from "../engine/pool/target.ts";
import type { ChoiceContext } from "../generate/generation.ts";
import { type ChatModel, createChatModel } from "../generate/model.ts";

/** What is known of loaded models' templates: each is compiled and probed once per load and tool format. */
export interface ChatModels {
  contextOf(loaded: LoadedModel, toolFormat: string | undefined): ChoiceContext;
}

export function createChatModels(newId: () => string): ChatModels {
  /** Forgotten together with the loaded model. An entry's new `tool_format` takes effect without another load. */
  const known = new WeakMap<LoadedModel, { toolFormat: string | undefined; model: ChatModel }>();

  function modelOf(loaded: LoadedModel, toolFormat: string | undefined): ChatModel {
    const before = known.get(loaded);
    if (before && before.toolFormat === toolFormat) return before.model;
    const model = createChatModel(loaded.host.ready, toolFormat);
    known.set(loaded, { toolFormat, model });
    return model;
  }

  return {
    contextOf: (loaded, toolFormat) => ({
      model: modelOf(loaded, toolFormat),
      defaults: loaded.defaults,
      now: new Date(),
      newCallId: () => `call_${newId().slice(0, 24)}`,
    }),
  };
}
