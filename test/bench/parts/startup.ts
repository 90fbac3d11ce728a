import type { Figure } from "../measuring/goals.ts";
import { median, quantile, round } from "../measuring/statistics.ts";
import { findChildren } from "../programs/processes.ts";
import { type ServerSetup, spawnServer } from "../programs/server.ts";

const goalMs = 200;
const warmUps = 2;

export interface StartupReport {
  medianMs: number;
  slowestMs: number;
}

/** From exec to the first connection that is taken, over several starts. */
export async function measureStartup(setup: ServerSetup): Promise<StartupReport> {
  const times: number[] = [];
  for (let index = 0; index < setup.options.starts + warmUps; index++) times.push(await startOnce(setup));
  // The first ones read the executable from the disk.
  const counted = times.slice(warmUps);
  return { medianMs: round(median(counted)), slowestMs: round(quantile(counted, 1)) };
}

async function startOnce(setup: ServerSetup): Promise<number> {
  const port = findFreePort();
  const begun = performance.now();
  const child = spawnServer(setup, port);
  while (!(await connects(port))) {
    if (child.exitCode !== null) throw new Error(`The server ended:\n${await child.stderr.text()}`);
    await Bun.sleep(1);
  }
  const taken = performance.now() - begun;
  // It looks at its engine now, which would go on beside the next start.
  for (const pid of findChildren(child.pid)) process.kill(pid, "SIGKILL");
  child.kill("SIGKILL");
  await child.exited;
  return taken;
}

function findFreePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

async function connects(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}

export function toStartupFigures({ medianMs, slowestMs }: StartupReport): Figure[] {
  return [
    { name: "exec to listening, median", value: medianMs, unit: "ms", goal: { atMost: goalMs } },
    { name: "exec to listening, slowest", value: slowestMs, unit: "ms" },
  ];
}
