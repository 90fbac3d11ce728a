import { expect, test } from "bun:test";
import { join } from "node:path";
import { findManifests, listConverted } from "../../src/models/manifests.ts";
import { createModelHome } from "../helpers/model-home.ts";

test("manifests are found in the order of their paths, broken ones with the reason", () => {
  const { root, makeConverted, makeModel } = createModelHome();
  const [b, a] = [makeConverted("b"), makeConverted("a")];
  const broken = makeModel("models/converted_models/broken", { "conversion.json": "{ not" });
  const other = makeModel("models/converted_models/other", { "conversion.json": `{"name":""}` });
  makeConverted(".hidden");
  expect(findManifests(root)).toEqual([
    { folder: a, manifest: expect.objectContaining({ name: "a" }) },
    { folder: b, manifest: expect.objectContaining({ name: "b" }) },
    { folder: broken, manifest: null, why: expect.stringMatching(/^it cannot be read \(.*JSON/) },
    {
      folder: other,
      manifest: null,
      why: expect.stringMatching(/^it is not a conversion\.json of ov-llm \(\w+: /),
    },
  ]);
  const { manifests, names } = listConverted(root);
  expect(manifests.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(names.sort()).toEqual(["a", "b", "broken", "other"]);
});

test("a folder that does not exist holds none", () => {
  const nowhere = join(createModelHome().root, "nowhere");
  expect([findManifests(nowhere), listConverted(nowhere)]).toEqual([[], { manifests: [], names: [] }]);
});
