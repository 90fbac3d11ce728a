import { describe, expect, test } from "bun:test";
import { createLoadReport, renderLost } from "../../../src/convert/exporter/load-report.ts";

const generation = "text-generation-with-past";

// What transformers 5.5.4 and 4.57.6 print; the tables are those of its loading_report.py.
const cases: [what: string, task: string, lines: string[], lost: string[]][] = [
  ["nothing", generation, ["Loading weights: 100%|##########| 272/272 [00:01<00:00, 232.42it/s]"], []],
  [
    "a table",
    generation,
    [
      "LlamaForCausalLM LOAD REPORT from: /m",
      "Key                                             | Status     |  | ",
      "------------------------------------------------+------------+--+-",
      "model.layers.{1, 2}.mlp.down_proj.weight        | MISSING    | ",
      "model.layers.0.self_attn.q_proj.weight          | MISMATCH   | Reinit due to size mismatch",
      "model.layers.5.rotary_emb.inv_freq              | MISSING    | ",
      "vision_tower.patch.weight                       | UNEXPECTED |  | ",
      "model.layers.{0...29}.mlp.down_proj.qweight     | UNEXPECTED |  | ",
      "model.layers.{0...29}.self_attn.q_proj.bias     | UNEXPECTED |  | ",
    ],
    [
      "model.layers.{1, 2}.mlp.down_proj.weight",
      "model.layers.0.self_attn.q_proj.weight",
      "model.layers.{0...29}.mlp.down_proj.qweight",
      "model.layers.{0...29}.self_attn.q_proj.bias",
    ],
  ],
  [
    "sentences",
    generation,
    [
      "Some weights of LlamaForCausalLM were not initialized from the model checkpoint at /m and are newly initialized: ['model.norm.weight', 'model.layers.1.mlp.up_proj.weight']",
      "Some weights of the model checkpoint at /m were not used when initializing LlamaForCausalLM: ['head.x', 'model.layers.1.mlp.up_proj.scales']",
    ],
    ["model.norm.weight", "model.layers.1.mlp.up_proj.weight", "model.layers.1.mlp.up_proj.scales"],
  ],
  [
    "shapes",
    generation,
    [
      "Some weights of X were not initialized from the model checkpoint at /m and are newly initialized because the shapes did not match:",
      "- lm_head.weight: found shape torch.Size([10, 4]) in the checkpoint and torch.Size([12, 4]) in the model instantiated",
      "You should probably TRAIN this model on a down-stream task",
      "- other.weight: found shape of something else",
    ],
    ["lm_head.weight"],
  ],
  ["a pooler that nothing reads", "feature-extraction", ["pooler.dense.weight | MISSING | "], []],
  [
    "a pooler that the head reads",
    "text-classification",
    ["bert.pooler.dense.weight | MISSING | "],
    ["bert.pooler.dense.weight"],
  ],
];

describe("createLoadReport", () => {
  test.each(cases)("%s", (_what, task, lines, lost) => {
    const report = createLoadReport(task);
    for (const line of lines) report.see(line);
    expect(report.lost()).toEqual(lost);
  });

  test("a long list is cut for a person", () => {
    expect(renderLost(["a", "b", "c", "d", "e", "f"])).toBe("a, b, c, d and 2 more");
  });
});
