import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { toReason } from "../errors.ts";
import { readTextFile } from "../files.ts";
import { writeAtomically } from "../linux/atomic-file.ts";
import type { Log } from "../log.ts";
import { KeptPrefixes } from "../serving/prompt-prefixes.ts";
import type { PrefixesStore } from "../serving/warm-up.ts";

const Contents = Type.Object({
  version: Type.Literal(1),
  models: Type.Record(Type.String(), KeptPrefixes),
});

/** Only its owner may read it: it holds what clients sent. */
const mode = 0o600;

/**
 * OV_WARM_PREFIXES_FILE: keeps common prefixes of models' prompts from one run to the next. If it cannot be read or written, the
 * server warns and does without it.
 */
export function createPrefixesFile(path: string, log: Pick<Log, "warn">): PrefixesStore {
  function warn(what: string, error: unknown): void {
    log.warn(`Cannot ${what} OV_WARM_PREFIXES_FILE "${path}": ${toReason(error)}`);
  }

  return {
    read() {
      try {
        return existsSync(path) ? Value.Decode(Contents, JSON.parse(readTextFile(path))).models : {};
      } catch (error) {
        warn("read", error);
        return {};
      }
    },
    write(models) {
      const contents: Static<typeof Contents> = { version: 1, models };
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeAtomically(path, `${JSON.stringify(contents)}\n`, mode);
      } catch (error) {
        warn("write", error);
      }
    },
  };
}
