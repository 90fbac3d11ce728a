import { type Static, Type } from "@sinclair/typebox";
import { orNull } from "../nullable.ts";

const count = Type.Integer({ minimum: 0 });

/** OpenAI API reference, "Model object", and what else there is to know about a model here. */
export const Model = Type.Object({
  id: Type.String(),
  object: Type.Literal("model"),
  created: Type.Integer({ description: "Unix time in seconds of the registry's last change" }),
  owned_by: Type.String(),
  loaded: Type.Boolean(),
  state: Type.String({ description: "unloaded, loading, ready or draining" }),
  device: orNull(Type.String({ description: "The device really used, while loaded" })),
  context_length: orNull(count),
  task: Type.String(),
  weight_format: Type.String(),
  aliases: Type.Array(Type.String()),
  pinned: Type.Boolean({ description: "Never unloaded for being idle, nor for another model's memory" }),
  engine: orNull(Type.String({ description: "The engine that runs it, while loaded" })),
  loaded_at: orNull(Type.Integer({ description: "Unix time in seconds" })),
  idle_unload_at: orNull(
    Type.Integer({ description: "Unix time in seconds when it is unloaded unless a request comes" }),
  ),
  memory_bytes: orNull(Type.Integer({ minimum: 0, description: "What its process holds now" })),
  running: count,
  waiting: count,
  tokens_per_second: orNull(Type.Number({ description: "Of its last work, all requests together" })),
});

export const ModelList = Type.Object({ object: Type.Literal("list"), data: Type.Array(Model) });

export type Model = Static<typeof Model>;
export type ModelList = Static<typeof ModelList>;
