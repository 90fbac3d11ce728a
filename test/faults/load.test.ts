import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { createRandom } from "../helpers/random.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { ask, leaveAtRandom, tally } from "./requests.ts";
import { pair, rewriteUnderLoad } from "./rewrites.ts";
import { readRest, returnsTo, type State } from "./state.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const clients = 100;
const [running, waiting] = [8, 64];
let server: TestServer;
let before: State;

const many = () =>
  Promise.all(
    Array.from({ length: clients }, (_, at) => ask(server, { model: "one", stream: at % 2 === 0 })),
  );

beforeAll(async () => {
  const env = { OV_MAX_CONCURRENT: String(running), OV_MAX_QUEUE: String(waiting) };
  server = await startServer({ home, env, models: pair("one") });
  const loaded = await Promise.all(["one", "two"].map((model) => ask(server, { model })));
  expect(tally(loaded.map(({ end }) => end))).toEqual({ answered: 2 });
  // What grows with the first load of its size and stays.
  await many();
  before = await readRest(server);
});
afterAll(() => server.stop("SIGKILL"));

test("a hundred clients at once: each gets its answer or learns that the queue is full", async () => {
  const { answered = 0, queue_full = 0, ...others } = tally((await many()).map(({ end }) => end));
  expect(others).toEqual({});
  expect(answered + queue_full).toBe(clients);
  // More, where the first ones were done before the last ones came.
  expect(answered).toBeGreaterThanOrEqual(running + waiting);
  expect(await ask(server, { model: "one" })).toEqual({ end: "answered", model: "one" });
  await returnsTo(before, server);
});

test("a hundred clients that leave at random moments leave nothing behind", async () => {
  const random = createRandom(7);
  const options = { count: 100, atOnce: 10, withinMs: 800, random };
  const outcomes = await leaveAtRandom(server, options, ["one", "two"]);
  const { left = 0, answered = 0, ...others } = tally(outcomes.map(({ end }) => end));
  expect(others).toEqual({});
  expect(left).toBeGreaterThan(10);
  expect(left + answered).toBe(outcomes.length);
  expect(await ask(server, { model: "two" })).toEqual({ end: "answered", model: "two" });
  await returnsTo(before, server);
});

test("a registry that is rewritten a hundred times under load always answers by the model it names then", async () => {
  const { wrong, rewrites, answers } = await rewriteUnderLoad(server, 100);
  expect(wrong).toEqual([]);
  expect([rewrites, answers]).toEqual([100, expect.any(Number)]);
  expect(answers).toBeGreaterThan(100);
  expect(server.log().filter((line) => line.includes(" loaded model "))).toHaveLength(2);
  await returnsTo(before, server);
});
