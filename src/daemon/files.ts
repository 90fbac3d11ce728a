import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeTemporaryFolder } from "../linux/folders.ts";
import type { KeptFile } from "../serving/transcribe.ts";

/** Files of requests for hosts to read, in a folder of this process that no other user can enter. */
export interface RequestFiles {
  keep(bytes: Uint8Array): Promise<KeptFile>;
  /** Removes all of them. */
  dispose(): void;
}

/** The folder is made at first use; its name lets the next server remove what a killed one leaves (`removeLeftovers`). */
export function createRequestFiles(): RequestFiles {
  let folder: string | null = null;
  return {
    async keep(bytes) {
      folder ??= makeTemporaryFolder(`ov-llm-host-${process.pid}-files-`);
      const path = join(folder, randomUUID());
      await writeFile(path, bytes, { mode: 0o600, flag: "wx" });
      return { path, remove: () => rm(path, { force: true }) };
    },
    dispose() {
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    },
  };
}
