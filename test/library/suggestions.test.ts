import { expect, test } from "bun:test";
import { parseReference } from "../../src/convert/pull/reference.ts";
import { listKnownModels } from "../../src/library/known-models.ts";
import { listSuggestions } from "../../src/library/suggestions.ts";

const GB = 1024 ** 3;
const on = (gigabytes: number) => listSuggestions({ total: gigabytes * GB, withSwap: gigabytes * GB });

test("a machine that has room for all gets all, each by a name that can be pulled", () => {
  const all = on(1000);
  expect(all.length).toBe(listKnownModels().length);
  const hub = { endpoint: "https://hub.invalid" };
  for (const { pull, model, ready_made } of all) {
    expect(parseReference(pull, hub).repo).toBe(ready_made ? pull : model);
  }
});

test("a ready-made model needs no memory for a conversion, and nothing has to be accepted for it", () => {
  const found = on(16).find(({ model }) => model === "mistralai/Mistral-7B-Instruct-v0.3");
  expect(found).toMatchObject({
    pull: "OpenVINO/Mistral-7B-Instruct-v0.3-int4-ov",
    ready_made: true,
    gated: false,
  });
});

test("what cannot be served, or converted, is left out", () => {
  expect(on(1)).toEqual([]);
  const names = on(8).map(({ pull }) => pull);
  expect(names).toContain("OpenVINO/Qwen3-4B-int4-ov");
  expect(names).not.toContain("qwen3-4b-2507");
  expect(names).not.toContain("OpenVINO/Qwen3-14B-int4-ov");
});
