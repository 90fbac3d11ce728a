import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { readJsonFile } from "./hf-config.ts";

/** The keys of optimum-intel's openvino_config.json that state the format of the weights; some releases leave them empty. */
const OpenVinoConfig = Type.Object({
  dtype: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  quantization_config: Type.Optional(
    Type.Union([Type.Object({ bits: Type.Optional(Type.Integer({ minimum: 1 })) }), Type.Null()]),
  ),
});
const inName = /(?:^|[-_.])(fp32|fp16|bf16|int8|int4|nf4)(?:[-_.]|$)/i;

/** The weight format of a ready OpenVINO folder: as its name says, else as its files do, else `unknown`. */
export function findOpenVinoFormat(folder: string, path: string): string {
  const named = inName.exec(folder)?.[1]?.toLowerCase();
  if (named !== undefined) return named;
  const config = readJsonFile(join(path, "openvino_config.json"), OpenVinoConfig);
  const bits = config?.quantization_config?.bits;
  if (bits !== undefined) return `int${bits}`;
  const dtype = config?.dtype?.toLowerCase() ?? "";
  return dtype.replace(/^float(?=\d)/, "fp").replace(/^bfloat(?=\d)/, "bf") || "unknown";
}

/** `Qwen3-4B-Q4_K_M.gguf` -> `q4_k_m`, in split files, too; files that do not say: `unknown`. */
export function toGgufFormat(file: string): string {
  const pattern = /[-_.](I?Q\d(?:_[0-9A-Z]+)*|BF16|F16|F32)(?=(?:-\d{5}-of-\d{5})?\.gguf$)/i;
  return pattern.exec(file)?.[1]?.toLowerCase() ?? "unknown";
}
