import { expect, test } from "bun:test";
import { toolFormatNames } from "../../src/generate/tools/detect.ts";
import { toolFormats } from "../../src/registry/schema.ts";

// The registry may not import chat, so the names stand twice.
test("the registry takes the tool formats that chat knows, and no others", () => {
  expect([...toolFormats].sort()).toEqual([...toolFormatNames].sort());
});
