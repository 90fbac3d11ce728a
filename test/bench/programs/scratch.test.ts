import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempDir } from "../../helpers/temp.ts";
import { createScratch } from "./scratch.ts";

test("a scratch folder is new, and what killed processes have left is removed", async () => {
  const parent = createTempDir();
  const dead = Bun.spawn(["true"]);
  await dead.exited;
  for (const name of [
    `ov-llm-bench-${dead.pid}-abc123`,
    `ov-llm-bench-${process.pid}-abc123`,
    "ov-llm-bench-x",
  ]) {
    mkdirSync(join(parent, name));
    writeFileSync(join(parent, name, "part"), "");
  }
  const path = createScratch("report", parent);
  expect(path).toStartWith(join(parent, `ov-llm-report-${process.pid}-`));
  expect(
    readdirSync(parent)
      .filter((name) => name.startsWith("ov-llm-bench"))
      .sort(),
  ).toEqual([`ov-llm-bench-${process.pid}-abc123`, "ov-llm-bench-x"].sort());
});
