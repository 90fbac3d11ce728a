import { expect, test } from "bun:test";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");

/** The page has types of its own, a browser's: the compiler's other run leaves it out. */
test("the page's types fit", async () => {
  const tsc = join(root, "node_modules/.bin/tsc");
  const child = Bun.spawn([tsc, "--noEmit", "-p", "src/page/client"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  expect([await child.stdout.text(), await child.exited]).toEqual(["", 0]);
}, 180_000);
