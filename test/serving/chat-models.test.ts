import { expect, test } from "bun:test";
import { createChatModels } from "../../src/serving/chat-models.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";

const load = () => ({ host: createMemoryHost(), defaults: {} });

test("a model is made once per load", () => {
  const models = createChatModels(() => "id");
  const [one, other] = [load(), load()];
  const { model } = models.contextOf(one, undefined);
  expect(models.contextOf(one, undefined).model).toBe(model);
  expect(models.contextOf(other, undefined).model).not.toBe(model);
});

test("another tool format takes effect at once, without another load", () => {
  const models = createChatModels(() => "id");
  const loaded = load();
  const before = models.contextOf(loaded, undefined).model;
  const after = models.contextOf(loaded, "llama3-json").model;
  expect(after).not.toBe(before);
  expect(models.contextOf(loaded, "llama3-json").model).toBe(after);
  expect(models.contextOf(loaded, undefined).model).not.toBe(after);
});
