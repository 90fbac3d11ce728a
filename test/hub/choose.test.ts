import { describe, expect, test } from "bun:test";
import { chooseFiles } from "../../src/hub/choose.ts";
import { thrownBy } from "../helpers/failure.ts";

const choose = (paths: string[], quant: string | null = null) => {
  const files = paths.map((path) => ({ path, bytes: 1, digest: null }));
  const { kind, files: chosen } = chooseFiles({ repo: "o/m", commit: "0", files }, quant);
  return { kind: String(kind), chosen: chosen.map(({ path }) => path) };
};

const ggufs = [
  "m-Q8_0.gguf",
  "m-Q5_K_M.gguf",
  "m-q4_k_m.gguf",
  "mmproj-F16.gguf",
  "m-F16-00001-of-00002.gguf",
];

test.each<[string[], string | null, string, string[]]>([
  [
    ["config.json", "model.safetensors", "pytorch_model.bin", "x.gguf"],
    null,
    "weights",
    ["config.json", "model.safetensors"],
  ],
  [["config.json", "pytorch_model.bin"], null, "weights", ["config.json", "pytorch_model.bin"]],
  [
    ["config.json", "onnx/a.onnx", "a.safetensors", ".gitattributes"],
    null,
    "weights",
    ["config.json", "a.safetensors"],
  ],
  // As repositories of sentence-transformers have them.
  [
    [
      "config.json",
      "modules.json",
      "model.safetensors",
      "pytorch_model.bin",
      "1_Pooling/config.json",
      "2_Dense/config.json",
      "2_Dense/pytorch_model.bin",
      "openvino/openvino_model.bin",
    ],
    null,
    "weights",
    [
      "config.json",
      "modules.json",
      "model.safetensors",
      "1_Pooling/config.json",
      "2_Dense/config.json",
      "2_Dense/pytorch_model.bin",
    ],
  ],
  [
    ["openvino_model.xml", "openvino_model.bin", "config.json"],
    null,
    "openvino",
    ["openvino_model.xml", "openvino_model.bin", "config.json"],
  ],
  [ggufs, null, "gguf", ["m-q4_k_m.gguf"]],
  [ggufs, "q8_0", "gguf", ["m-Q8_0.gguf"]],
  [["config.json", "a.safetensors", "gguf/m.Q6_K.gguf"], "Q6_K", "gguf", ["gguf/m.Q6_K.gguf"]],
  [["only.gguf", "readme.md"], null, "gguf", ["only.gguf"]],
])("%j with %j is %s", (paths, quant, kind, chosen) =>
  expect(choose(paths, quant)).toEqual({ kind, chosen }),
);

describe("what cannot be chosen", () => {
  test.each<[string[], string | null, string]>([
    [["readme.md"], null, "neither weights of transformers, nor an OpenVINO model, nor a .gguf file"],
    [["config.json", "a.safetensors"], "Q8_0", "it has no .gguf files, among which --quant would choose"],
    [
      ggufs,
      "Q5_K_M",
      'no whole .gguf file of the format "Q5_K_M" that the engine reads. There is Q4_K_M, Q8_0.',
    ],
    [
      [
        "modules.json",
        "0_Transformer/config.json",
        "0_Transformer/pytorch_model.bin",
        "1_Pooling/config.json",
      ],
      null,
      'its network lies in its folder "0_Transformer". Fetch the repository with the hub\'s own client, move the files of that folder up, beside modules.json, then run "ov-llm convert PATH".',
    ],
    [["0_CLIPModel/config.json", "0_CLIPModel/pytorch_model.bin", "modules.json"], null, "neither weights"],
    [["m-IQ4_XS.gguf"], null, "of a format that the engine reads. The engine reads Q4_K_M"],
  ])("%j with %j", (paths, quant, message) => {
    const error = thrownBy(() => choose(paths, quant));
    expect([error.code, error.message]).toEqual(["download_failed", expect.stringContaining(message)]);
  });
});
