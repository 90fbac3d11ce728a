import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../supply/text.ts";
import { renderThirdParty, thirdParty } from "../supply/third-party.ts";

test("the licences beside the executable are those of what is in it: else `bun run licences`", async () => {
  expect(readFileSync(join(root, thirdParty), "utf8")).toBe(await renderThirdParty());
});
