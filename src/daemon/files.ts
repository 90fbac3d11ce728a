import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { isDiskFull } from "../files.ts";
import { isOwnFolder, makeTemporaryFolder, toTemporaryError } from "../linux/folders.ts";
import type { KeptFile } from "../serving/transcribe.ts";

type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Files of requests for hosts to read, in a folder of this process that no other user can enter. */
export interface RequestFiles {
  /** A failure leaves no file. Throws `invalid_setting` where there is no room, and what `bytes` throws. */
  keep(bytes: Uint8Array | Pieces): Promise<KeptFile>;
  /** Removes all of them. */
  dispose(): void;
}

/** The folder is made at first use; its name lets the next server remove what a killed one has left (`removeLeftovers`). */
export function createRequestFiles(): RequestFiles {
  let folder: string | null = null;
  return {
    async keep(bytes) {
      if (folder === null || !isOwnFolder(folder)) {
        folder = makeTemporaryFolder(`ov-llm-host-${process.pid}-files-`);
      }
      const path = join(folder, randomUUID());
      const remove = () => rm(path, { force: true });
      const file = await open(path, "wx", 0o600);
      try {
        await write(file, bytes instanceof Uint8Array ? [bytes] : bytes);
      } catch (error) {
        await remove();
        throw isDiskFull(error) ? toTemporaryError(error) : error;
      } finally {
        await file.close();
      }
      return { path, remove };
    },
    dispose() {
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function write(file: FileHandle, pieces: Pieces): Promise<void> {
  for await (const piece of pieces) await file.writeFile(piece);
}
