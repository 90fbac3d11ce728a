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

/** Whether it is idle before it has computed for so long that idleness would have been seen. */
async function findFirst(pid: number): Promise<string> {
  const over = new AbortController();
  const computed = waitForCpu(pid, (readCpuSeconds(pid) ?? 0) + 0.8).then(() => "computed");
  const idle = untilIdle(pid, over.signal).then(() => "idle");
  const first = await Promise.race([computed, idle]);
  idle.catch(() => {});
  over.abort();
  await computed;
  return first;
}

test("the CPU time of a process grows while it computes, and it is idle once it waits", async () => {
  const child = Bun.spawn(["python3", "-c", busy], { stdio: ["pipe", "ignore", "inherit"] });
  let first = "idle";
  // It looks idle, too, where it gets no processor for a moment.
  for (let tries = 0; tries < 20 && first === "idle"; tries += 1) first = await findFirst(child.pid);
  expect(first).toBe("computed");
  child.stdin.write("\n");
  await child.stdin.flush();
  await untilIdle(child.pid, never);
  await child.stdin.end();
  await child.exited;
});

test("waiting for a process that never rests ends after a while", async () => {
  const child = Bun.spawn(["python3", "-c", "while True: pass"]);
  await untilIdle(child.pid, never, 1);
  expect(child.exitCode).toBeNull();
  child.kill();
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
