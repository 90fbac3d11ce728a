/**
 * `bun run soak`: one server with two models, under the faults of test/faults in random order, for some minutes. After each
 * fault it must answer and have nothing left of it. A line a minute, a verdict, exit code 1 when something was violated.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, tally } from "../faults/requests.ts";
import { pair } from "../faults/rewrites.ts";
import { findLeaks, readRest, readState, returnsTo, type State } from "../faults/state.ts";
import { createRandom } from "../helpers/random.ts";
import { repo, startServer, type TestServer } from "../helpers/server.ts";
import { faults, models } from "./faults.ts";
import { help, parseOptions, type SoakOptions } from "./options.ts";

/** What is no failure of the server whatever happens: answers, and what a client wanted itself. */
const asWanted = new Set(["answered", "left", "request_cancelled"]);
/** What the resident memory may have grown by at the end, in MB, beside 2 %: the heap is the same then, its pages are not. */
const endAllowanceMb = 8;

async function soak({ minutes, seed }: SoakOptions, server: TestServer): Promise<string[]> {
  const random = createRandom(seed);
  const ends: Record<string, number> = {};
  const rounds: Record<string, number> = {};
  const violations: string[] = [];
  await settleIn(server, random);
  const before = await readCollected(server);
  const say = async () => console.log(await report(server, ends, rounds));
  const violated = (when: string, said: readonly string[]) => {
    violations.push(...said);
    for (const text of said) console.log(`VIOLATED ${when}: ${text}`);
    if (said.length > 0) console.log(`The server's log so far: ${keepLog(server, seed)}`);
  };
  console.log(`seed ${seed}, ${minutes} min; at the start ${renderState(before)}`);
  const clock = setInterval(() => void say().catch((error) => console.log(`No report: ${error}`)), 60_000);
  const end = performance.now() + minutes * 60_000;
  for (let bag: string[] = []; performance.now() < end && violations.length < 10; ) {
    if (bag.length === 0) bag = shuffle(Object.keys(faults), random);
    const name = bag.pop() ?? "";
    violated(`after ${name}`, await runFault(name, { server, random, before, ends }));
    rounds[name] = (rounds[name] ?? 0) + 1;
  }
  clearInterval(clock);
  await say();
  const after = await readCollected(server);
  console.log(`At the start ${renderState(before)}; at the end ${renderState(after)}.`);
  violated("at the end", findLeaks(before, after, endAllowanceMb));
  return violations;
}

/** Everything once, so that what is taken once and kept is there before anything is compared. */
async function settleIn(server: TestServer, random: () => number): Promise<void> {
  const count = () => {};
  for (const name of ["none", "crowd", "left", "rewritten"])
    await faults[name]?.run({ server, random, count });
}

/** Asks the server's process to collect its garbage; see collect.ts. */
async function collect(server: TestServer): Promise<void> {
  process.kill(server.pid, "SIGUSR2");
  // Freed pages go back to the system in the background.
  await Bun.sleep(1000);
}

async function readCollected(server: TestServer): Promise<State> {
  await readRest(server);
  await collect(server);
  return await readState(server);
}

interface Round {
  server: TestServer;
  random: () => number;
  before: State;
  ends: Record<string, number>;
}

/** One fault and the checks after it; resolves to what was violated. */
async function runFault(name: string, { server, random, before, ends }: Round): Promise<string[]> {
  const fault = faults[name];
  const violations: string[] = [];
  const count = (more: readonly string[]) => {
    for (const [end, times] of Object.entries(tally(more))) {
      ends[end] = (ends[end] ?? 0) + times;
      if (!asWanted.has(end) && !fault?.allowed.test(end)) violations.push(`${times} requests ended: ${end}`);
    }
  };
  try {
    await fault?.run({ server, random, count });
    for (const model of models) {
      const { end } = await ask(server, { model });
      if (end !== "answered") violations.push(`the next request of "${model}" ended: ${end}`);
    }
    await collect(server);
    await returnsTo(before, server, 30);
  } catch (error) {
    violations.push(error instanceof Error ? error.message : String(error));
  }
  return violations;
}

/** The server's home goes with its end; its log is what tells why. Returns its path. */
function keepLog(server: TestServer, seed: number): string {
  const path = join(tmpdir(), `ov-llm-soak-${seed}.log`);
  writeFileSync(path, `${server.log().join("\n")}\n`);
  return path;
}

function shuffle(items: string[], random: () => number): string[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

async function report(
  server: TestServer,
  ends: Record<string, number>,
  rounds: Record<string, number>,
): Promise<string> {
  const requests = Object.values(ends).reduce((sum, times) => sum + times, 0);
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, times]) => `${name} ${times}`)
      .join(", ");
  const state = renderState(await readState(server));
  return `${new Date().toISOString().slice(11, 19)}  ${requests} requests: ${list(ends)}; faults: ${list(rounds)}; ${state}`;
}

function renderState({ residentMb, descriptors, running, waiting, cacheUsage }: State): string {
  const busy = `running ${running}, waiting ${waiting}, KV cache ${cacheUsage}`;
  return `${residentMb.toFixed(0)} MB, ${descriptors} descriptors, ${busy}`;
}

async function run(options: SoakOptions): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), "ov-llm-soak-"));
  // A crowd of clients meets the bound of the line.
  const env = { OV_STALL_SECONDS: "5", OV_MAX_CONCURRENT: "16", OV_MAX_QUEUE: "200" };
  const command = [
    process.execPath,
    "--preload",
    join(import.meta.dir, "collect.ts"),
    join(repo, "cli/main.ts"),
  ];
  const server = await startServer({ home, env, command, models: pair("one") });
  // Ended early it leaves no server behind.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.once(signal, () => {
      process.kill(server.pid, "SIGKILL");
      process.exit(130);
    });
  }
  try {
    const violations = await soak(options, server);
    const code = await server.stop();
    if (code !== 0) violations.push(`the server's exit code at SIGTERM: ${code}`);
    console.log(violations.length === 0 ? "Held." : `Violated ${violations.length} times, see above.`);
    return violations.length === 0 ? 0 : 1;
  } finally {
    await server.stop("SIGKILL");
    rmSync(home, { recursive: true, force: true });
  }
}

const options = parseOptions(process.argv.slice(2));
if (options === null) console.log(help);
else process.exitCode = await run(options);
