import { expect, test } from "bun:test";
import { registerStarter, starterModel } from "../../src/library/starter.ts";
import { createModelHome } from "../helpers/model-home.ts";

const { name, entry } = starterModel;

test("the starter is registered once", async () => {
  const { read, registryPath } = createModelHome();
  expect(await registerStarter(registryPath, "/s.gguf")).toBeUndefined();
  expect(await registerStarter(registryPath, "/s.gguf")).toBeUndefined();
  expect(read()).toEqual({ [name]: { path: "/s.gguf", ...entry } });
});

test.each([
  [{ path: "/mine.gguf", device: "GPU" }, "/mine.gguf"],
  [5, null],
])("the entry %j of that name is somebody's own and stays", async (own, other) => {
  const { read, registryPath, write } = createModelHome();
  write({ [name]: own });
  expect(await registerStarter(registryPath, "/s.gguf")).toBe(other);
  expect(read()).toEqual({ [name]: own } as never);
});
