import { existsSync } from "node:fs";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { readJsonFile } from "./hf-config.ts";

/** The activations that ov-llm computes, as torch names their classes, in lower case. */
const activations = ["identity", "tanh", "relu", "gelu", "sigmoid", "silu"] as const;

/** A linear layer behind the pooling, as sentence-transformers has it. */
export interface Dense {
  kind: "dense";
  /** Its file in the model's folder: `2_Dense/model.safetensors`. */
  weights: string;
  activation: (typeof activations)[number];
}

/** config.json of a `Dense` (sentence_transformers/base/modules/dense.py). */
const DenseConfig = Type.Object({
  activation_function: Type.Optional(Type.String()),
  module_input_name: Type.Optional(Type.String()),
  module_output_name: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  use_residual: Type.Optional(Type.Boolean()),
});

const safe = "model.safetensors";
const pickled = "pytorch_model.bin";

/**
 * The layer in a folder of a model. `pickled`: its weights may be in torch's own form, which only the conversion reads.
 * `problem`: a clause on why it cannot be computed.
 */
export function readDense(
  path: string,
  folder: string,
  options: { pickled: boolean },
): Dense | { problem: string } {
  const quoted = JSON.stringify(folder);
  const config = readJsonFile(join(path, folder, "config.json"), DenseConfig);
  if (config === null) return { problem: `the config.json of its ${quoted} is missing or invalid` };
  const { activation_function: named = "torch.nn.modules.activation.Tanh", use_residual = false } = config;
  const [place, name] = /^torch\.(?:.*\.)?(\w+)$/.exec(named) ?? [];
  const activation = activations.find((one) => place !== undefined && one === name?.toLowerCase());
  if (activation === undefined) {
    return { problem: `ov-llm does not compute the activation ${JSON.stringify(named)} of its ${quoted}` };
  }
  const { module_input_name: input = whole, module_output_name: output } = config;
  if (use_residual || input !== whole || (output ?? whole) !== whole) {
    return {
      problem: `its ${quoted} is more than a layer behind the pooling, which ov-llm does not compute`,
    };
  }
  const files = options.pickled ? [safe, pickled] : [safe];
  const file = files.find((one) => existsSync(join(path, folder, one)));
  if (file === undefined) return { problem: `its ${quoted} has no ${files.join(" or ")}` };
  return { kind: "dense", weights: join(folder, file), activation };
}

/** What sentence-transformers calls the vector of a whole text. */
const whole = "sentence_embedding";

/** Where the conversion writes weights that it has read in torch's own form. */
export function toSafeName(weights: string): string {
  return weights.replace(pickled, safe);
}
