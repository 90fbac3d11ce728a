import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { spawnHostProcess } from "../../../src/engine/supervise/process.ts";

test.each([10, 20_000, 300_000])(
  "a line of %d characters to a process that has just been killed is dropped, and nothing else happens",
  async (length) => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", note);
    const host = spawnHostProcess({ argv: ["sleep", "60"], env: {}, onEvent() {}, onOutput() {} });
    process.kill(host.pid, "SIGKILL");
    // Without a turn of the loop, so that nobody has heard of it yet.
    while (!readFileSync(`/proc/${host.pid}/stat`, "utf8").includes(") Z ")) {}
    expect(host.alive).toBeTrue();
    host.send(`${"x".repeat(length)}\n`);
    expect(await host.exited).toBe("SIGKILL");
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  },
);
