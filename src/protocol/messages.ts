import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import { OvError } from "../errors.ts";

/**
 * What the daemon and a host say to each other: one JSON object a line, daemon -> host on file descriptor
 * 3, host -> daemon on 4. This file is the one definition; batching/host.py follows it, and
 * test/fixtures/protocol.jsonl holds both to the same lines.
 */
export const protocolVersion = 2;

const count = Type.Integer({ minimum: 0 });
const requestId = Type.Integer({ minimum: 0 });

const Tag = <Content extends TSchema>(content: Content) =>
  Type.Object({ type: Type.Literal("tag"), begin: Type.String(), content, end: Type.String() });

/** What an answer is held to, as a tree of OpenVINO GenAI's structural tags; protocol/grammar.ts explains each. */
export const Grammar = Type.Recursive((Self) => {
  const tags = Type.Array(Tag(Self), { minItems: 1 });
  const rules = { at_least_one: Type.Boolean(), stop_after_first: Type.Boolean() };
  const elements = Type.Array(Self, { minItems: 1 });
  return Type.Union([
    Type.Object({ type: Type.Literal("regex"), pattern: Type.String() }),
    Type.Object({ type: Type.Literal("ebnf"), grammar: Type.String() }),
    Type.Object({ type: Type.Literal("const"), text: Type.String() }),
    Type.Object({ type: Type.Literal("any_text") }),
    Type.Object({ type: Type.Literal("concat"), elements }),
    Type.Object({ type: Type.Literal("union"), elements }),
    Tag(Self),
    Type.Object({
      type: Type.Literal("triggered_tags"),
      triggers: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
      tags,
      ...rules,
    }),
    Type.Object({ type: Type.Literal("tags_with_separator"), separator: Type.String(), tags, ...rules }),
  ]);
});

/** Everything that decides which token comes next; each value is explicit, none is left to the engine. */
export const Sampling = Type.Object({
  /** 0: greedy. */
  temperature: Type.Number({ minimum: 0 }),
  top_p: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
  /** null: all tokens. */
  top_k: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
  min_p: Type.Number({ minimum: 0, exclusiveMaximum: 1 }),
  repetition_penalty: Type.Number({ exclusiveMinimum: 0 }),
  presence_penalty: Type.Number(),
  frequency_penalty: Type.Number(),
  seed: Type.Integer({ minimum: 0 }),
});

export const LoadMessage = Type.Object({
  type: Type.Literal("load"),
  protocol: Type.Literal(protocolVersion),
  path: Type.String(),
  /** An OpenVINO device, or AUTO: GPU where OpenVINO sees one, else CPU. */
  device: Type.String(),
  /** What the model's own files say, in tokens; null: they do not say. */
  context_length: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
  /** Size of the KV cache in GB; null: the host chooses from the memory; 0: grows without a bound. */
  kv_cache_gb: Type.Union([count, Type.Null()]),
  /** Most requests in one batch. */
  max_concurrent: Type.Integer({ minimum: 1 }),
  cache_dir: Type.String(),
  /** OpenVINO properties for the model's compilation, as its registry entry gives them. */
  properties: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
});

export const GenerateMessage = Type.Object({
  type: Type.Literal("generate"),
  id: requestId,
  /** Rendered by the model's chat template; nothing is added to it. */
  prompt: Type.String(),
  /** null: free text. Must be valid: the engine may not survive one that is not. */
  grammar: Type.Union([Grammar, Type.Null()]),
  /** Keep special tokens in the text, for formats that mark tool calls by them; an end of text is never kept. */
  special_tokens: Type.Boolean(),
  sampling: Sampling,
  /** The host lowers it to what fits in the context. */
  max_tokens: Type.Integer({ minimum: 1 }),
  ignore_eos: Type.Boolean(),
  logprobs: Type.Boolean(),
});

export const CancelMessage = Type.Object({ type: Type.Literal("cancel"), id: requestId });
export const CloseMessage = Type.Object({ type: Type.Literal("close") });

export const ToHost = Type.Union([LoadMessage, GenerateMessage, CancelMessage, CloseMessage]);

export const ReadyMessage = Type.Object({
  type: Type.Literal("ready"),
  protocol: Type.Integer(),
  engine: Type.String(),
  /** The device really used, as OpenVINO names it. */
  device: Type.String(),
  device_name: Type.String(),
  /** Longest prompt plus answer in tokens, as the model, its tokenizer and the KV cache allow. */
  context_length: Type.Integer({ minimum: 1 }),
  versions: Type.Record(Type.String(), Type.String()),
  /** The Jinja source of the model's chat template, and the tokens that it may name. */
  chat_template: Type.Union([Type.String(), Type.Null()]),
  bos_token: Type.String(),
  eos_token: Type.String(),
  /** What this engine can do beyond plain text: `grammar`, `logprobs`, `special_tokens`. */
  capabilities: Type.Array(Type.String()),
  /** How many requests it runs at once. */
  max_concurrent: Type.Integer({ minimum: 1 }),
});

export const TokenLogprob = Type.Object({
  token: Type.String(),
  logprob: Type.Number(),
});

export const StepOutput = Type.Object({
  id: requestId,
  /** New text in whole characters; empty while a character is incomplete. */
  text: Type.String(),
  /** New tokens in this step. */
  tokens: count,
  logprobs: Type.Optional(Type.Array(TokenLogprob)),
});

/** All new text of all requests in one step; an empty list says that a long prefill goes on. */
export const StepMessage = Type.Object({ type: Type.Literal("step"), outputs: Type.Array(StepOutput) });

/** The request was taken: its prompt's tokens, and how many of them the prefix cache held. */
export const StartedMessage = Type.Object({
  type: Type.Literal("started"),
  id: requestId,
  prompt_tokens: count,
  cached_tokens: count,
});

export const FinishedMessage = Type.Object({
  type: Type.Literal("finished"),
  id: requestId,
  reason: Type.Union([Type.Literal("stop"), Type.Literal("length"), Type.Literal("cancelled")]),
});

/**
 * At most once a second while requests run, and once when none does any more. The share of the KV cache's blocks that
 * running requests hold; what is kept for later prompts counts as free.
 */
export const MetricsMessage = Type.Object({
  type: Type.Literal("metrics"),
  kv_cache_usage: Type.Number({ minimum: 0, maximum: 1 }),
});

/** One request failed, or, with id null, the load. `code` is one of the error catalogue. */
export const FailedMessage = Type.Object({
  type: Type.Literal("failed"),
  id: Type.Union([requestId, Type.Null()]),
  code: Type.String(),
  message: Type.String(),
});

export const FromHost = Type.Union([
  ReadyMessage,
  StartedMessage,
  StepMessage,
  MetricsMessage,
  FinishedMessage,
  FailedMessage,
]);

export type Sampling = Static<typeof Sampling>;
export type LoadMessage = Static<typeof LoadMessage>;
export type GenerateMessage = Static<typeof GenerateMessage>;
export type ToHost = Static<typeof ToHost>;
export type ReadyMessage = Static<typeof ReadyMessage>;
export type TokenLogprob = Static<typeof TokenLogprob>;
export type FromHost = Static<typeof FromHost>;

export function renderLine(message: ToHost): string {
  return `${JSON.stringify(message)}\n`;
}

let fromHost: TypeCheck<typeof FromHost> | undefined;

/** One line of a host; throws `engine_failed` when it is not a message of this protocol. */
export function parseFromHost(line: string): FromHost {
  // Compiled at first use: commands that start no host never pay for it.
  fromHost ??= TypeCompiler.Compile(FromHost);
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    throw new OvError("engine_failed", `The engine sent a line that is not JSON: ${quote(line)}.`);
  }
  if (!fromHost.Check(message)) {
    throw new OvError(
      "engine_failed",
      `The engine sent a message that is not of the protocol: ${quote(line)}.`,
    );
  }
  return message;
}

function quote(line: string): string {
  return JSON.stringify(line.length > 120 ? `${line.slice(0, 120)}…` : line);
}
