import { expect, test } from "bun:test";
import { findDifferences, toBoxState, toDownState } from "../../src/mesh/overview.ts";
import { box, model } from "./samples.ts";

const health = { status: "ok", reason: null, version: "1.0", device: "GPU" } as const;
const pc1 = toBoxState(
  {
    box: box("pc1"),
    models: [
      model("a", { state: "ready", running: 2, waiting: 1 }),
      model("alias", { state: "ready", running: 2, waiting: 1, parent: "a" }),
      model("b", { state: "loading", waiting: 3 }),
      model("b", { state: "loading", waiting: 3 }),
    ],
  },
  health,
);
const pc2 = toBoxState({ box: box("pc2"), models: [model("a")] }, { ...health, version: "1.1" });

test("a box counts each model once, whatever its names, and however often it is listed", () => {
  expect(pc1).toMatchObject({ models: ["a", "b"], loaded: ["a"], running: 2, waiting: 4 });
});

test("differences are named, and a box that is down has none", () => {
  const down = toDownState(box("pc3"), "No server answers.");
  expect(findDifferences([pc1, pc2, down])).toEqual([
    "The boxes run different releases: 1.0, 1.1.",
    "Only pc1:9000 has the model b.",
  ]);
  expect(findDifferences([pc2, down])).toEqual([]);
});
