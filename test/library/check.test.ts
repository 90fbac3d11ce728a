import { expect, test } from "bun:test";
import { checkLoads, checkModels } from "../../src/library/check.ts";
import { renderUnserved } from "../../src/models/tasks.ts";
import { unservedFiles } from "../helpers/ir.ts";
import { createModelHome, exported } from "../helpers/model-home.ts";

function createHome() {
  const home = createModelHome();
  const mask = home.makeModel("mask", unservedFiles);
  home.write({
    good: { path: home.makeModel("good"), ...exported },
    own: { path: home.makeModel("own"), task: "my-own-word", weight_format: "int8" },
    mask: { path: mask, task: "fill-mask", weight_format: "int8" },
    unclear: { path: mask, task: "unknown", weight_format: "int8" },
    wrong: { path: mask, ...exported },
    gone: { path: "/nowhere", ...exported },
    alias: { path: home.makeModel("alias"), ...exported, aliases: ["good"] },
    broken: 5,
  });
  return { ...home, mask };
}

const unserved = `${renderUnserved("fill-mask")}. Use a model of another task.`;

test("each problem is a sentence and a few words", async () => {
  const { registryPath, mask } = createHome();
  const checked = await checkModels(registryPath, []);
  expect(checked.map(({ name, reason, problem }) => [name, reason, problem])).toEqual([
    ["good", null, null],
    ["own", null, null],
    ["mask", "its task is not served", `Cannot use model "mask": ${unserved}`],
    ["unclear", "its task is not served", `Cannot use model "unclear": ${unserved}`],
    [
      "wrong",
      'its files are of a model for "fill-mask"',
      `Cannot use model "wrong" for "text-generation-with-past": its files are of a model for "fill-mask". ` +
        `Correct the path "${mask}", or the task, with "ov-llm models set".`,
    ],
    [
      "gone",
      "it does not exist",
      expect.stringMatching(/^Cannot use the model at "\/nowhere": it does not exist\. /),
    ],
    [
      "alias",
      "some further names are ignored",
      expect.stringMatching(/^Alias "good" of registry entry "alias"/),
    ],
    [
      "broken",
      "its entry is not valid",
      expect.stringMatching(/^Registry entry "broken" is skipped: it is 5/),
    ],
  ]);
});

test("only those without a problem are loaded, in their order", async () => {
  const { registryPath } = createHome();
  const announced: string[] = [];
  const tester = {
    test: async (name: string) => ({
      problem: name === "own" ? "It broke." : null,
      doubt: null,
      seconds: 1,
      device: "CPU",
    }),
  };
  const checked = await checkLoads(await checkModels(registryPath, []), tester, (name) =>
    announced.push(name),
  );
  expect(announced).toEqual(["good", "own"]);
  expect(checked.slice(0, 3)).toMatchObject([
    { name: "good", problem: null, reason: null, load: { seconds: 1 } },
    { name: "own", problem: "It broke.", reason: "it does not load", load: { seconds: 1 } },
    { name: "mask", load: null },
  ]);
});
