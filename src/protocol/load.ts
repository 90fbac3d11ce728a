import { type Static, Type } from "@sinclair/typebox";
import { protocolVersion } from "./version.ts";

/** A step after the pooling: a linear layer from a file in the model's folder, or normalization to length 1. */
export const EmbeddingLayer = Type.Union([
  Type.Object({ kind: Type.Literal("normalize") }),
  Type.Object({
    kind: Type.Literal("dense"),
    /** `linear.weight`, and `linear.bias` if it has one, as .safetensors. */
    weights: Type.String(),
    activation: Type.Union(
      (["identity", "tanh", "relu", "gelu", "sigmoid", "silu"] as const).map((name) => Type.Literal(name)),
    ),
  }),
]);

/** How the states of a text's tokens become one vector, by sentence-transformers' names. */
export const Embedding = Type.Object({
  pooling: Type.Union(
    (["cls", "mean", "max", "mean_sqrt_len_tokens", "lasttoken"] as const).map((way) => Type.Literal(way)),
  ),
  /** In this order. Absent: none. */
  layers: Type.Optional(Type.Array(EmbeddingLayer)),
  /** Finally normalize each vector to length 1. */
  normalize: Type.Boolean(),
});
export type Embedding = Static<typeof Embedding>;

const guesses = Type.Integer({ minimum: 1 });
/** Open the speculating pipeline before `ready`, not once it looks worth it and the host is idle. */
const atOnce = Type.Optional(Type.Boolean());

/** How the host guesses tokens before the model computes them. */
export const Speculation = Type.Union([
  Type.Object({
    kind: Type.Literal("prompt-lookup"),
    num_assistant_tokens: guesses,
    at_once: atOnce,
    max_ngram_size: Type.Integer({ minimum: 1 }),
  }),
  /** `path`: an OpenVINO folder of the same tokenizer. */
  Type.Object({
    kind: Type.Literal("draft"),
    path: Type.String(),
    num_assistant_tokens: guesses,
    at_once: atOnce,
  }),
]);
export type Speculation = Static<typeof Speculation>;

/** The first message to a host. */
export const LoadMessage = Type.Object({
  type: Type.Literal("load"),
  protocol: Type.Literal(protocolVersion),
  path: Type.String(),
  /** The model's task, by the names of models/tasks.ts; decides which operations the host offers. */
  task: Type.String(),
  /** An OpenVINO device, or AUTO; see `chooseDevice`. */
  device: Type.String(),
  /** The context length that the model's files state, in tokens; null: they state none. */
  context_length: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
  /** Only for `embed`. */
  embedding: Type.Optional(Embedding),
  /** Size of the KV cache in GB, which only the daemon decides; 0: it grows without a bound. */
  kv_cache_gb: Type.Integer({ minimum: 0 }),
  /** Most requests in one batch. */
  max_concurrent: Type.Integer({ minimum: 1 }),
  /** Whether `ready` must list the control tokens; a model that writes no text has none. */
  control_tokens: Type.Optional(Type.Boolean()),
  /** Whether `ready` must report the stages of the load. */
  trace: Type.Optional(Type.Boolean()),
  cache_dir: Type.String(),
  /** For a .gguf file: the folder of its copy in OpenVINO's own format, made or to be made, and the file's present stamp. */
  copy: Type.Optional(Type.Object({ folder: Type.String(), stamp: Type.String() })),
  /** The most tokens that one step computes; absent: what suits the device. Only batching has steps. */
  prefill_chunk: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Only for text on batching. */
  speculation: Type.Optional(Speculation),
  /** OpenVINO properties for the model's compilation, as its registry entry gives them. */
  properties: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
});
export type LoadMessage = Static<typeof LoadMessage>;

/** The model is loaded. */
export const ReadyMessage = Type.Object({
  type: Type.Literal("ready"),
  protocol: Type.Literal(protocolVersion),
  engine: Type.String(),
  /** The device really used, as OpenVINO names it. */
  device: Type.String(),
  device_name: Type.String(),
  /** How many numbers a vector of `embed` has. */
  embedding_size: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Longest prompt plus answer, or input, in tokens, as the model, its tokenizer and the KV cache allow. */
  context_length: Type.Integer({ minimum: 1 }),
  /** The labels of `classify`, in the order of its probabilities. */
  labels: Type.Optional(Type.Array(Type.String())),
  /** The codes of the languages that `transcribe` knows. */
  languages: Type.Optional(Type.Array(Type.String())),
  versions: Type.Record(Type.String(), Type.String()),
  /** The Jinja source of the model's chat template, and the special tokens that it may name. */
  chat_template: Type.Union([Type.String(), Type.Null()]),
  bos_token: Type.String(),
  eos_token: Type.String(),
  /** The operations that the model offers. A later host may offer more than the daemon knows. */
  operations: Type.Array(Type.String()),
  /** What `generate` can do beyond plain text: `grammar`, `logprobs`, `special_tokens`, `cut_prompts`, `images`; of `transcribe`: `translate`, `words`. */
  capabilities: Type.Array(Type.String()),
  /**
   * Texts that the tokenizer takes for a token of the chat format anywhere in a text. `cut_prompts`: each becomes plain text if a
   * `cut` follows its first character. Absent: the load did not request them.
   */
  control_tokens: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  /** Seconds of each stage of the load, in their order. Absent: not requested, or the host does not measure them. */
  stages: Type.Optional(Type.Record(Type.String(), Type.Number({ minimum: 0 }))),
  /** A problem that does not keep the model from being served, as a sentence. */
  warning: Type.Optional(Type.String()),
  /** How many requests it runs at once. */
  max_concurrent: Type.Integer({ minimum: 1 }),
});
export type ReadyMessage = Static<typeof ReadyMessage>;
