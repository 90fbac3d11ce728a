import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findOpenVinoFormat, toGgufFormat } from "../../src/models/ready-made.ts";
import { createTempDir } from "../helpers/temp.ts";

test.each([
  ["SmolLM2-135M-Instruct.Q4_1.gguf", "q4_1"],
  ["qwen2.5-3b-instruct-q4_k_m.gguf", "q4_k_m"],
  ["m-IQ3_XXS.gguf", "iq3_xxs"],
  ["m-F16.gguf", "f16"],
  ["m-BF16-00001-of-00003.gguf", "bf16"],
  ["q4.gguf", "unknown"],
  ["model.gguf", "unknown"],
])("the format of %s is %s", (file, format) => expect(toGgufFormat(file)).toBe(format));

const path = createTempDir();

test.each([
  ["m", { dtype: "int4", quantization_config: { bits: 8 } }, "int8"],
  ["m", { dtype: "int4", quantization_config: null }, "int4"],
  ["m", { dtype: "float16" }, "fp16"],
  ["m", { dtype: "BFloat16" }, "bf16"],
  ["m", { dtype: "" }, "unknown"],
  ["m", { dtype: null }, "unknown"],
  ["m", {}, "unknown"],
  ["m", "broken", "unknown"],
  ["qwen3-int4-ov", { dtype: "int8" }, "int4"],
])("the format of the folder %s with %j is %s", (folder, config, format) => {
  writeFileSync(join(path, "openvino_config.json"), config === "broken" ? "{" : JSON.stringify(config));
  expect(findOpenVinoFormat(folder, path)).toBe(format);
});
