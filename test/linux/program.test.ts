import { describe, expect, test } from "bun:test";
import { runProgram, shortenLine } from "../../src/linux/program.ts";
import { isRunning } from "../helpers/processes.ts";

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
