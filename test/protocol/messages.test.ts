import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { createBatchingLauncher } from "../../src/engine/kinds/batching/launch.ts";
import { runtimePython } from "../../src/engine/kinds/batching/probe.ts";
import { readLines } from "../../src/protocol/lines.ts";
import { parseFromHost, ToHost } from "../../src/protocol/messages.ts";
import { modelPath, runtimeDir } from "../helpers/environment.ts";

const recorded: { to?: unknown; from?: Record<string, unknown> }[] = readFileSync(
  join(import.meta.dir, "../fixtures/protocol.jsonl"),
  "utf8",
)
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

/** What does not differ from run to run: the shape, the ids, reasons and codes. */
function toShape(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => toShape(item));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toShape(item, name)]));
  }
  return ["type", "id", "reason", "code", "protocol", "tokens", "max_concurrent"].includes(key)
    ? value
    : typeof value;
}

describe("the recorded lines of the protocol", () => {
  test("to a host are what the daemon may say", () => {
    for (const { to } of recorded) if (to) expect([to, Value.Check(ToHost, to)]).toEqual([to, true]);
  });

  test("from a host are what the daemon understands", () => {
    for (const { from } of recorded)
      if (from) expect(parseFromHost(JSON.stringify(from)) as unknown).toEqual(from);
  });

  test("bad lines are refused with their begin", () => {
    for (const line of ["", "{", "[]", '{"type":"step"}', '{"type":"started","id":-1}', "x".repeat(500)]) {
      expect(() => parseFromHost(line)).toThrow(expect.objectContaining({ code: "engine_failed" }));
    }
  });

  test("are what the batching host answers", async () => {
    const launcher = createBatchingLauncher(runtimePython(runtimeDir()), process.env);
    const child = Bun.spawn(launcher.argv, {
      env: launcher.env,
      stdio: ["ignore", "ignore", "inherit", "pipe", "pipe"],
    });
    const [commandsFd, eventsFd] = [child.stdio[3], child.stdio[4]];
    if (typeof commandsFd !== "number" || typeof eventsFd !== "number") throw new Error("no pipes");
    const commands = Bun.file(commandsFd).writer();
    const events = readLines(Bun.file(eventsFd).stream());
    let pending: Record<string, unknown>[] = [];
    const next = async () => {
      while (pending.length === 0) {
        const { value, done } = await events.next();
        if (done) throw new Error("the host ended");
        pending = (value ?? []).map((line: string) => JSON.parse(line));
      }
      return pending.shift();
    };
    for (const { to, from } of recorded) {
      if (to) {
        const line = JSON.stringify(to)
          .replace('"MODEL"', JSON.stringify(modelPath()))
          .replace("LONG", "word ".repeat(9000));
        commands.write(`${line}\n`);
        await commands.flush();
      }
      if (from) {
        let said = await next();
        // Steps of a request that is about to be cancelled come as they may, and so does the cache's state.
        const passing = from.type === "metrics" || from.reason === "cancelled" ? ["step"] : [];
        while ([...passing, from.type === "metrics" ? "" : "metrics"].includes(String(said?.type)))
          said = await next();
        expect(toShape(said)).toEqual(toShape(from));
      }
    }
    expect(await child.exited).toBe(0);
    launcher.remove();
  }, 60_000);
});
