import { afterAll } from "bun:test";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new empty folder, removed after the test file that asked for it. */
export function createTempDir(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "ov-llm-test-")));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
