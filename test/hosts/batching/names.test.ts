import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { runtimePython } from "../../../src/engine/kinds/batching/probe.ts";
import { runtimeDir } from "../../helpers/environment.ts";

const folder = join(import.meta.dir, "../../../src/hosts/batching");

/** Prints those of its arguments that Python finds as modules of its own or as installed packages. */
const program = `
import sys
from importlib.util import find_spec
print(*(name for name in sys.argv[1:] if find_spec(name)))
`;

test("no folder or file of the host hides a module of Python or of an installed package", async () => {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.name !== "__pycache__" && (one.isDirectory() || one.name.endsWith(".py")))
    .map((one) => one.name.replace(/\.py$/, ""));
  const child = Bun.spawn([runtimePython(runtimeDir()), "-I", "-c", program, "json", "numpy", ...names]);
  expect(await child.stdout.text()).toBe("json numpy\n");
});
