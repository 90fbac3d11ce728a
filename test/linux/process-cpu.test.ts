import { expect, test } from "bun:test";
import { readCpuSeconds, untilIdle } from "../../src/linux/process-cpu.ts";

const never = new AbortController().signal;

/** Computes until it reads a line, then waits. */
const busy = `
import select, sys
while not select.select([sys.stdin], [], [], 0)[0]: pass
sys.stdin.readline()
sys.stdin.read()
`;

async function waitForCpu(pid: number, seconds: number): Promise<void> {
  while ((readCpuSeconds(pid) ?? 0) < seconds) await Bun.sleep(20);
}

test("the CPU time of a process grows while it computes, and it is idle once it waits", async () => {
  const child = Bun.spawn(["python3", "-c", busy], { stdio: ["pipe", "ignore", "inherit"] });
  await waitForCpu(child.pid, 0.2);
  let isIdle = false;
  const waiting = untilIdle(child.pid, never).then(() => {
    isIdle = true;
  });
  await waitForCpu(child.pid, 1);
  expect(isIdle).toBe(false);
  child.stdin.write("\n");
  await child.stdin.flush();
  await waiting;
  await child.stdin.end();
  await child.exited;
});

test("a process that is gone is idle, and has no CPU time", async () => {
  const child = Bun.spawn(["true"]);
  await child.exited;
  expect(readCpuSeconds(child.pid)).toBeNull();
  await untilIdle(child.pid, never);
});

test("waiting ends with its signal", async () => {
  const stop = AbortSignal.abort(new Error("enough"));
  await expect(untilIdle(process.pid, stop)).rejects.toThrow("enough");
});
