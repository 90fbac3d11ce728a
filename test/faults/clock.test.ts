import { expect, setDefaultTimeout, test } from "bun:test";
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { smol, smolEntry, startServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { ask, openStreams, tally } from "./requests.ts";
import { readRest, returnsTo } from "./state.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const day = 86_400;
const library = join(home, "clock.so");
const shiftFile = join(home, "shift");

/** The clock that the server sees, wrong by so many seconds from now on: clock.c has the file in its memory. */
function shift(seconds: number): void {
  const file = openSync(shiftFile, "r+");
  writeSync(file, new BigInt64Array([BigInt(seconds)]), 0, 8, 0);
  closeSync(file);
}

function compile(): boolean {
  const source = join(import.meta.dir, "clock.c");
  const compiler = Bun.which("cc");
  return (
    compiler !== null && Bun.spawnSync([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"]).success
  );
}

test.skipIf(!compile())(
  "a clock that jumps a day on and two days back ends no wait early and stops none [needs a C compiler]",
  async () => {
    writeFileSync(shiftFile, new Uint8Array(8));
    // Each of these waits would be over, or would never be, if it were counted on the wall clock.
    const env = {
      LD_PRELOAD: library,
      CLOCK_SHIFT_FILE: shiftFile,
      OV_STALL_SECONDS: "120",
      OV_REQUEST_SECONDS: "600",
      OV_IDLE_SECONDS: "600",
      OV_QUEUE_SECONDS: "600",
      OV_MAX_CONCURRENT: "2",
    };
    const server = await startServer({ home, env });
    try {
      expect((await ask(server)).end).toBe("answered");
      const before = await readRest(server);
      const { begun, ends } = openStreams(server, 2, { max_tokens: 80 });
      await begun;
      const waiting = ask(server);
      for (const seconds of [day, -day]) {
        shift(seconds);
        // Refused, and so logged at once: with the time that the server sees.
        expect((await ask(server, { model: `at ${seconds}` })).end).toBe("model_not_found");
      }
      expect(tally([...(await ends), (await waiting).end])).toEqual({ answered: 3 });
      server.register({ [smol]: smolEntry({ aliases: ["new"] }) });
      expect((await ask(server, { model: "new" })).end).toBe("answered");
      server.register({ [smol]: smolEntry({ aliases: ["newer"] }) });
      expect((await ask(server, { model: "newer" })).end).toBe("answered");
      const days = new Set(server.log().map((line) => line.slice(0, 10)));
      expect(days.size).toBeGreaterThan(2);
      expect(server.log().filter((line) => / loaded model /.test(line))).toHaveLength(1);
      await returnsTo(before, server);
      expect(await server.stop()).toBe(0);
    } finally {
      await server.stop("SIGKILL");
    }
  },
);
