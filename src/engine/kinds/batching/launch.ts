import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isOwnFolder, makeTemporaryFolder, toTemporaryError } from "../../../linux/folders.ts";
import type { Variables } from "../../../linux/program.ts";
import type { Launcher } from "../kind.ts";
import { readHostSources } from "./sources.ts" with { type: "macro" };
import { toBatchingProperties } from "./supports.ts";

/** The host's files by their paths below its folder, embedded in the executable. */
export const hostSources = readHostSources();

const prefix = "ov-llm-host-";

export interface BatchingLauncher extends Launcher {
  /** Removes the written sources. */
  remove(): void;
}

/**
 * Writes the host's sources to a private folder and returns the command that runs them. Throws as `makeTemporaryFolder`.
 * `env`: what the host inherits; names that would redirect Python's imports are left out.
 */
export function createBatchingLauncher(python: string, env: Variables): BatchingLauncher {
  let folder = makeTemporaryFolder(`${prefix}${process.pid}-`);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const write = () => {
    try {
      writeMissing(folder);
    } catch (error) {
      remove();
      throw toTemporaryError(error);
    }
  };
  removeLeftovers();
  write();
  const {
    PYTHONPATH: _path,
    PYTHONHOME: _home,
    OV_API_KEY: _key,
    NOTIFY_SOCKET: _socket,
    ...inherited
  } = env;
  return {
    engine: "batching",
    get argv() {
      return [python, "-u", join(folder, "host.py")];
    },
    env: { ...inherited, PYTHONDONTWRITEBYTECODE: "1", PYTHONNOUSERSITE: "1" },
    toProperties: toBatchingProperties,
    restore() {
      if (!isOwnFolder(folder)) folder = makeTemporaryFolder(`${prefix}${process.pid}-`);
      write();
    },
    remove,
  };
}

function writeMissing(folder: string): void {
  for (const [path, text] of Object.entries(hostSources)) {
    if (existsSync(join(folder, path))) continue;
    mkdirSync(join(folder, dirname(path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, path), text, { mode: 0o600 });
  }
}

/** Removes what killed daemons left behind; each name holds the daemon's process id. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = /^(\d+)-/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : "") ?? [];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Another user's: it is theirs to remove.
    }
  }
}
