import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { runtimePython } from "../../src/engine/kinds/batching/probe.ts";
import { readProcBytes } from "../../src/linux/proc.ts";
import { untilIdle } from "../../src/linux/process-cpu.ts";
import { readProcessMemory } from "../../src/linux/process-memory.ts";
import { runtimeDir } from "../helpers/environment.ts";
import { hostModules } from "../helpers/python-tests.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);

const Answer = Type.Object({ choices: Type.Array(Type.Unknown(), { minItems: 1 }) });

/** Whether this system makes a huge page of small ones when it is asked to. */
const probe = `
import mmap, sys
from memory.own_memory import find_own_memory
memory = find_own_memory()
if memory is None: sys.exit("none")
area = mmap.mmap(-1, 8 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
area.write(b"x" * (8 << 20))
sys.exit(None if any(one is not None and memory.move(one) for one in memory.find()) else "no room")
`;
const { exitCode } = Bun.spawnSync([runtimePython(runtimeDir()), "-c", probe], { env: hostModules });

const home = createTempDir();

describe.skipIf(exitCode !== 0)(
  "a loaded model [needs Linux 6.1, and huge pages that are not `never`]",
  () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await startServer({ home });
    });
    afterAll(() => server.stop());

    test("moves into huge pages once it is idle, takes no more memory, and writes the same", async () => {
      const ask = async () => {
        const response = await server.chat({
          messages: [{ role: "user", content: "Name the capital of Norway." }],
          max_tokens: 24,
          temperature: 0,
        });
        expect([response.status, response.ok ? "" : await response.text()]).toEqual([200, ""]);
        const { choices } = Value.Decode(Answer, await response.json());
        return choices;
      };
      const before = await ask();
      const [, found] = /pid=(\d+)/.exec(await server.logged(/ loaded model .*pid=\d+/)) ?? [];
      const pid = Number(found);
      const held = () => readProcessMemory(pid)?.anonymous ?? 0;
      const atFirst = held();
      const inHugePages = () =>
        readProcBytes(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), "AnonHugePages");
      while (inHugePages() < 64 * 2 ** 20) await Bun.sleep(50);
      await untilIdle(pid, new AbortController().signal);
      expect(held()).toBeLessThan(atFirst + 32 * 2 ** 20);
      expect(await ask()).toEqual(before);
    });
  },
);
