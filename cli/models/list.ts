import { type Model, ModelList } from "../../src/api/openai/responses.ts";
import { OvError } from "../../src/errors.ts";
import type { ModelOnDisk } from "../../src/library/list.ts";
import { askServer, type Server } from "../server.ts";

/** One model as `ov-llm models --json` prints it. */
export type ListedModel = ModelOnDisk & LiveState;

/** Its state in the running server; all null: none answers, or it does not know the model. */
export type LiveState = { [Key in keyof LiveModel]: LiveModel[Key] | null };

type LiveModel = Pick<
  Model,
  | "loaded"
  | "state"
  | "device"
  | "engine"
  | "loaded_at"
  | "idle_unload_at"
  | "memory_bytes"
  | "running"
  | "waiting"
  | "tokens_per_second"
>;

/** `served`: the model as the running server reports it. */
export function toLiveState(served: Model | undefined): LiveState {
  return {
    loaded: served?.loaded ?? null,
    state: served?.state ?? null,
    device: served?.device ?? null,
    engine: served?.engine ?? null,
    loaded_at: served?.loaded_at ?? null,
    idle_unload_at: served?.idle_unload_at ?? null,
    memory_bytes: served?.memory_bytes ?? null,
    running: served?.running ?? null,
    waiting: served?.waiting ?? null,
    tokens_per_second: served?.tokens_per_second ?? null,
  };
}

/** The models of the running server by name; or, as a sentence, why there are none to ask. */
export async function askServed(server: Server): Promise<Map<string, Model> | string> {
  try {
    const { data } = await askServer(server, "/v1/models", ModelList, 2);
    return new Map(data.map((model) => [model.id, model]));
  } catch (error) {
    if (error instanceof OvError && error.code === "server_unreachable") return error.message;
    throw error;
  }
}
