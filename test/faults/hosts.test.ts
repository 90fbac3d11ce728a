import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { eventually, hostPid, isRunning } from "../helpers/processes.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { writeInto } from "./garbage.ts";
import { ask, openStreams, tally } from "./requests.ts";
import { reach, readRest, returnsTo, type State } from "./state.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const streams = 4;
let server: TestServer;
let before: State;

beforeAll(async () => {
  server = await startServer({
    home,
    env: { OV_STALL_SECONDS: "6", OV_MAX_CONCURRENT: String(2 * streams + 1) },
  });
  await recovers();
  before = await readRest(server);
});
afterAll(() => server.stop("SIGKILL"));

/** Not in every container. */
function mayWriteInto(): boolean {
  const child = Bun.spawn(["sleep", "60"], { stdio: ["ignore", "ignore", "ignore"] });
  try {
    return writeInto(child.pid, 1, "");
  } finally {
    child.kill("SIGKILL");
  }
}

async function recovers(): Promise<void> {
  expect(await ask(server)).toMatchObject({ end: "answered" });
}

/** The fault hits running streams and requests that wait for whole answers: each of them gets this error, and no other. */
async function fails(code: string | RegExp, fault: (pid: number) => void): Promise<void> {
  const pid = hostPid(server);
  const { begun, ends } = openStreams(server, streams);
  await begun;
  const whole = Array.from({ length: streams }, () => ask(server, { max_tokens: 6000 }));
  await reach(server, ({ running }) => running === 2 * streams);
  // The engine takes requests in their order: what this one begins after has begun. One that had not would be answered by the next engine.
  const last = openStreams(server, 1);
  await last.begun;
  fault(pid);
  const all = [...(await ends), ...(await last.ends), ...(await Promise.all(whole)).map(({ end }) => end)];
  expect(all).toHaveLength(2 * streams + 1);
  for (const end of all) expect(end).toMatch(code);
  await recovers();
  expect(hostPid(server)).not.toBe(pid);
  await eventually(() => !isRunning(pid));
  await returnsTo(before, server);
}

test("killed: every request gets the crash, the next one a new engine, nothing is left behind", async () => {
  await fails(/^engine_crashed$/, (pid) => process.kill(pid, "SIGKILL"));
});

test("killed with more queued than run: those queued are answered by the next engine", async () => {
  const { begun, ends } = openStreams(server, 2 * streams + 1);
  await begun;
  const inLine = Array.from({ length: 6 }, () => ask(server, { max_tokens: 3 }));
  await reach(server, ({ waiting }) => waiting === 6);
  process.kill(hostPid(server), "SIGKILL");
  expect(tally(await ends)).toEqual({ engine_crashed: 2 * streams + 1 });
  expect(tally((await Promise.all(inLine)).map(({ end }) => end))).toEqual({ answered: 6 });
  await returnsTo(before, server);
});

test("stopped: every request gets the stall", async () => {
  await fails(/^engine_stalled$/, (pid) => process.kill(pid, "SIGSTOP"));
});

test.skipIf(Bun.which("prlimit") === null)(
  "out of memory: every request gets an error of the engine [needs prlimit]",
  async () => {
    // Where it falls silent instead of failing, the stall ends it.
    await fails(/^engine_(failed|crashed|stalled)$/, (pid) => {
      const limited = Bun.spawnSync(["prlimit", "--pid", String(pid), "--as=1000000"]);
      expect(limited.exitCode).toBe(0);
    });
  },
);

test.skipIf(!mayWriteInto())(
  "garbage on the protocol pipe: every request gets an error of the engine [needs pidfd_getfd]",
  async () => {
    await fails(/^engine_failed$/, (pid) => {
      expect(writeInto(pid, 4, '\u0000{"type":"step","outputs":[{"id":\n')).toBe(true);
    });
    expect(server.log().join("\n")).not.toContain("\u0000");
  },
);

test("slowed: stopped and continued in turns it goes on, and nobody gets an error", async () => {
  const pid = hostPid(server);
  const { begun, ends } = openStreams(server, streams, { max_tokens: 60 });
  await begun;
  let isOver = false;
  const slowed = (async () => {
    while (!isOver) {
      process.kill(pid, "SIGSTOP");
      await Bun.sleep(300);
      process.kill(pid, "SIGCONT");
      await Bun.sleep(200);
    }
  })();
  const all = await ends;
  isOver = true;
  await slowed;
  expect(tally(all)).toEqual({ answered: streams });
  expect(hostPid(server)).toBe(pid);
  await returnsTo(before, server);
});
