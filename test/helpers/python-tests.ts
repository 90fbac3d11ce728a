import { expect } from "bun:test";
import { join } from "node:path";

/** Where a Python program of the tests finds the modules of the batching host. */
export const hostModules = {
  PYTHONPATH: join(import.meta.dir, "../../src/hosts/batching"),
  PYTHONDONTWRITEBYTECODE: "1",
};

/** Runs a file of Python's unit tests; all of them have to pass, and there has to be one. */
export async function expectPythonTestsToPass(python: string, script: string): Promise<void> {
  const child = Bun.spawn([python, script], {
    env: { PATH: process.env.PATH, ...hostModules },
    stdio: ["ignore", "inherit", "pipe"],
  });
  const [report, code] = await Promise.all([child.stderr.text(), child.exited]);
  expect([code, report]).toEqual([0, expect.stringMatching(/Ran [1-9]\d* tests? .*OK/s)]);
}
