import { describe, expect, test } from "bun:test";
import { select } from "../../../src/convert/source/select.ts";
import type { Source } from "../../../src/convert/source/source.ts";

describe("select", () => {
  const found = ["Qwen-1", "Qwen-2", "[odd]"].map(
    (folder): Source => ({
      kind: "gguf",
      folder,
      label: folder,
      needsTokenizer: false,
      path: `/${folder}`,
      weightFormat: "gguf",
      task: "text-generation",
    }),
  );
  const skipped = [{ folder: "cut", path: "/cut", reason: "incomplete download" }];
  const pick = (selection: Partial<Parameters<typeof select>[1]>) =>
    select({ found, skipped }, { only: [], include: [], exclude: [], ...selection }, "/src").found.map(
      ({ folder }) => folder,
    );

  test.each([
    [{}, ["Qwen-1", "Qwen-2", "[odd]"]],
    [{ only: ["[odd]"] }, ["[odd]"]],
    [{ include: ["Qwen*"] }, ["Qwen-1", "Qwen-2"]],
    [{ include: ["Qwen*"], exclude: ["*-2"] }, ["Qwen-1"]],
    [{ exclude: ["*"] }, []],
  ])("%j gives %j", (selection, names) => expect(pick(selection)).toEqual(names));

  test("a folder that was named and cannot be converted is an error with the reason", () => {
    expect(() => pick({ only: ["cut"] })).toThrow('Cannot convert "cut": incomplete download.');
    expect(() => pick({ only: ["none"] })).toThrow(
      'There is no "none" in "/src" to convert; there is "Qwen-1"',
    );
  });
});
