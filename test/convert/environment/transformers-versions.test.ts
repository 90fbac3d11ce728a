import { describe, expect, test } from "bun:test";
import { findWay } from "../../../src/convert/environment/transformers-versions.ts";
import { convertEnv } from "../../helpers/environment.ts";
import { exporterTypesFile, readExporterTypes } from "../../supply/exporter-types.ts";

const task = "text-generation-with-past";

describe("findWay", () => {
  test.each([
    ["qwen3", null],
    ["llama", null],
    ["gemma2", "4.57.6"],
    ["gemma3_text", "4.57.6"],
    ["lfm2", "5.2.0"],
    ["qwen3_5_text", "5.2.0"],
    ["qwen3_next", "4.57.6"],
    ["minicpm3", "4.53.3"],
    ["chatglm", "4.53.3"],
    ["granitemoehybrid", null],
  ])("%s is exported with transformers %p", (type, transformers) => {
    expect<unknown>(findWay(type, task, false)).toEqual({ transformers });
  });

  test("what no version exports is reported with what it would need", () => {
    expect(findWay("rwkv7", task, false)).toEqual({
      problem: 'the exporter does not know the architecture "rwkv7"',
    });
    expect(findWay("muse_glimmer_text", task, false)).toEqual({
      problem: expect.stringContaining("needs transformers from 5.15.0 for"),
    });
  });

  test("an encoder that the exporter writes only with its decoder is refused", () => {
    expect(findWay("t5", "feature-extraction", false)).toEqual({
      problem:
        'the exporter writes a "t5" only with its decoder, and embeddings are made by an encoder alone',
    });
    expect(findWay("t5", "text2text-generation-with-past", false)).toEqual({ transformers: null });
    expect(findWay("bert", "feature-extraction", false)).toEqual({ transformers: null });
  });

  test("code of its own may have any type", () => {
    expect(findWay("rwkv7", task, true)).toEqual({ transformers: null });
  });
});

test("the table is what the installed exporter declares: else `bun run exporter`", async () => {
  expect(await Bun.file(exporterTypesFile).json()).toEqual(JSON.parse(readExporterTypes(convertEnv())));
}, 180_000);
