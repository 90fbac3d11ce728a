// A real second writer: `bun writer.fixture.ts <registry> <prefix> <count> [hang]`. With `hang` it stops for
// good while it holds the lock, after it said so.
import { writeSync } from "node:fs";
import { updateRegistry } from "../../src/registry/store.ts";

const [path = "", prefix = "", count = "0", mode] = process.argv.slice(2);
// However slow the disk is for all of them.
const waitMs = 120_000;
for (let number = 0; number < Number(count); number += 1) {
  const change = (models: Record<string, unknown>) => {
    models[`${prefix}-${number}`] = { path: "/m", task: "t", weight_format: "int8" };
    if (mode !== "hang") return;
    writeSync(1, "holding\n");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
  await updateRegistry(path, change, { waitMs });
  writeSync(1, `${number}\n`);
}
