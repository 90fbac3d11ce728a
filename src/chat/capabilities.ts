import { OvError } from "../errors.ts";
import type { EngineFacts } from "./model.ts";

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
