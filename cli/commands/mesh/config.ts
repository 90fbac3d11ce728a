import { defineCommand } from "citty";
import { OvError } from "../../../src/errors.ts";
import type { Box } from "../../../src/mesh/boxes.ts";
import { parseFallbacks } from "../../../src/mesh/fallbacks.ts";
import { type LiteLlmConfig, toLiteLlmConfig } from "../../../src/mesh/litellm.ts";
import { BoxModels, toOffers } from "../../../src/mesh/models.ts";
import { renderYaml } from "../../../src/mesh/yaml.ts";
import { action } from "../../action.ts";
import { readRepeated } from "../../args.ts";
import { askBoxes, boxArgs, findBoxes } from "../../mesh/boxes.ts";
import { toOneLine, writeBytes, writeError } from "../../terminal.ts";

const args = {
  ...boxArgs,
  fallback: {
    type: "string",
    description:
      "Model that answers when no box can: one of the boxes, or LiteLLM's name of another, such as openai/gpt-4o; NAME=MODEL: only for NAME; repeatable",
    valueHint: "model",
  },
  "keys-in-file": {
    type: "boolean",
    description: "Write the boxes' keys themselves, not the variables that hold them",
  },
} as const;

export const config = defineCommand({
  meta: {
    name: "mesh config",
    description:
      "Write the settings of a LiteLLM proxy over all boxes to stdout; exit code 1 if a box does not answer",
  },
  args,
  run: action<typeof args>(async ({ args: given, rawArgs }) => {
    const boxes = findBoxes(rawArgs, args);
    const replies = await askBoxes(boxes, "/v1/models", BoxModels);
    const answers = replies.flatMap((reply) =>
      "answer" in reply ? [{ box: reply.box, models: reply.answer.data }] : [],
    );
    const { offers, problems } = toOffers(answers);
    for (const reply of replies) if ("problem" in reply) writeError(reply.problem);
    for (const problem of problems) process.stderr.write(`warning: ${toOneLine(problem)}\n`);
    if (offers.length === 0) throw nothingToRoute(boxes);
    const names = offers.map(({ name }) => name);
    const fallbacks = parseFallbacks(readRepeated(rawArgs, args, "fallback"), names);
    const keysInFile = given["keys-in-file"] === true;
    const served = answers.map(({ box }) => box);
    await writeBytes(render(toLiteLlmConfig({ offers, fallbacks, keysInFile }), served, keysInFile));
    return served.length === boxes.length ? 0 : 1;
  }),
});

function nothingToRoute(boxes: readonly Box[]): OvError {
  const [what, why] =
    boxes.length === 1
      ? ["Cannot write settings for one box", "it offers no model"]
      : [`Cannot write settings for ${boxes.length} boxes`, "none of them offers a model"];
  const next = 'Get a model with "ov-llm pull", or name boxes that run.';
  return new OvError("server_unreachable", { what, why, next });
}

function render(settings: LiteLlmConfig, boxes: readonly Box[], keysInFile: boolean): string {
  const keys = keysInFile ? [] : boxes.flatMap(({ key }) => key?.variable ?? []);
  const variables = ["LITELLM_MASTER_KEY", ...new Set(keys)];
  return [
    `# LiteLLM over ${boxes.map(({ name }) => name).join(", ")}; made by "ov-llm mesh config", see docs/mesh.md.`,
    `# litellm --config THIS_FILE, with these variables set: ${variables.join(", ")}`,
    renderYaml(settings),
  ].join("\n");
}
