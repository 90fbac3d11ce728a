import { OvError } from "../errors.ts";

/** What a loaded model's engine says of it. */
export interface EngineFacts {
  engine: string;
  capabilities: readonly string[];
  /** In tokens; the engine lowers max_tokens to what the prompt leaves of it. */
  context_length: number;
  chat_template: string | null;
  bos_token: string;
  eos_token: string;
}

const meanings = {
  grammar: "hold an answer to a form",
  logprobs: "tell log probabilities",
  special_tokens: "keep the marks by which this model tells reasoning and answer apart",
} as const;

/** Throws `unsupported_parameter` where the model's engine cannot do what the parameter asks for. */
export function requireCapability(
  { engine, capabilities }: EngineFacts,
  capability: keyof typeof meanings,
  param: string,
): void {
  if (capabilities.includes(capability)) return;
  throw new OvError(
    "unsupported_parameter",
    `"${param}" is not supported by the engine "${engine}", which cannot ${meanings[capability]}. ` +
      'Leave it out, or run the model on the engine "batching" (`ov-llm models set NAME engine=batching`).',
    { param },
  );
}
