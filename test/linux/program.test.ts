import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runProgram, shortenLine } from "../../src/linux/program.ts";
import { isRunning } from "../helpers/processes.ts";
import { standStill } from "../helpers/stand-still.ts";
import { createTempDir } from "../helpers/temp.ts";

describe("runProgram", () => {
  test("a program that is not there is a reason, not an exception", async () => {
    expect(await runProgram(["/nowhere/program"])).toEqual({
      stdout: "",
      reason: expect.stringContaining("/nowhere/program"),
    });
  });

  test("the reason is the line that names the error, not a hint after it", async () => {
    const script =
      'echo "ERROR: no such package"; echo "hint: look elsewhere"; echo "notice: a new pip"; exit 1';
    expect((await runProgram(["/bin/sh", "-c", script])).reason).toBe("ERROR: no such package");
  });

  test("what tar ends with is no reason", async () => {
    expect((await runProgram(["tar", "-tzf", "/etc/passwd"])).reason).toContain("not in gzip format");
  });

  test("what a grandchild still holds open is not waited for", async () => {
    const run = await runProgram(["/bin/sh", "-c", "/bin/sleep 600 & echo $!; exit 1"]);
    const grandchild = Number(run.stdout);
    expect(isRunning(grandchild)).toBe(true);
    process.kill(grandchild);
  });

  test("a program that gives no answer in its time is ended", async () => {
    const run = runProgram(["/bin/sleep", "600"], { timeoutMs: 50 });
    expect((await run).reason).toBe("it gave no answer within 0.05 s and was ended");
  });

  test("a program that somebody else kills is not called late", async () => {
    const run = runProgram(["/bin/sh", "-c", "kill -9 $$"], { timeoutMs: 60_000 });
    expect((await run).reason).toBe("it was ended by SIGKILL");
  });

  test("a program that failed by itself is not called late, although a grandchild holds its pipes beyond its time", async () => {
    const script = "/bin/sleep 0.4 & echo boom >&2; exit 3";
    const run = await runProgram(["/bin/sh", "-c", script], { timeoutMs: 200 });
    expect(run.reason).toBe("boom");
  });

  test("a program has the time that this process stands still on top of its own", async () => {
    const file = join(createTempDir(), "over");
    const script = `while [ ! -e "${file}" ]; do /bin/sleep 0.01; done; echo done`;
    const run = runProgram(["/bin/sh", "-c", script], { timeoutMs: 1000 });
    await standStill(3000);
    writeFileSync(file, "");
    expect(await run).toEqual({ stdout: "done\n", reason: null });
  });

  test.each([
    ["Downloading https://me:secret@host.test/a/b/numpy-2.whl (16 MB)", "Downloading numpy-2.whl (16 MB)"],
    ["Looking in indexes: https://me:secret@host.test/simple/, file:///x/y", "Looking in indexes: , y"],
    [
      "Proxy agent is configured with 'http://me:secret@proxy:3128'.",
      "Proxy agent is configured with 'proxy:3128'.",
    ],
    ["x\t  y", "x y"],
    ["a".repeat(120), `${"a".repeat(99)}…`],
  ])("shortens %p", (line, short) => {
    expect(shortenLine(line)).toBe(short);
  });
});
