import { describe, expect, test } from "bun:test";
import type { ModelTarget } from "../../src/engine/model/target.ts";
import type { AnswerPart, ChoicePart, EndReason, Usage } from "../../src/generate/parts.ts";
import type { TextRequest } from "../../src/generate/request.ts";
import { createEvents, type ServerEvent } from "../../src/serving/events.ts";
import { createRates } from "../../src/serving/rates.ts";
import { createRunningRequests } from "../../src/serving/running.ts";
import { createTextService, type TextServiceDeps } from "../../src/serving/text.ts";
import type { MemoryHostOptions } from "../fakes/memory-host.ts";
import { textRequest } from "../generate/text-request.ts";
import { createTestPool, never, toTarget } from "../helpers/pool.ts";
import { settled } from "../helpers/settled.ts";

const model = { name: "m", entry: { path: "/models/m", task: "text", weight_format: "int8" } };

const asker = { id: "a", requestId: "r", key: undefined, client: "someone" };

const testDeps = {
  events: createEvents(),
  rates: createRates(),
  catalog: { toTarget: ({ name }: { name: string }): ModelTarget => toTarget(name) },
  newId: () => "id",
  newSeed: () => 7,
  maxTokens: 4,
  running: createRunningRequests(),
  requestSeconds: 120,
};

interface Ended {
  usage: Usage;
  finish: EndReason | null;
}

function createTestService(extra: Partial<TextServiceDeps> = {}, host: MemoryHostOptions = {}) {
  const { pool, loads } = createTestPool({ host });
  let ids = 0;
  const events = createEvents();
  const published: ServerEvent[] = [];
  events.subscribe((event) => published.push(event));
  const service = createTextService({
    pool,
    events,
    rates: createRates(),
    catalog: { toTarget: ({ name }): ModelTarget => toTarget(name) },
    newId: () => `id${ids++}`,
    newSeed: () => 7,
    maxTokens: 4,
    running: createRunningRequests(),
    requestSeconds: 120,
    ...extra,
  });
  const ended: Ended[] = [];
  let firstTokens = 0;
  const observer = {
    started: () => {},
    firstToken: () => {
      firstTokens += 1;
    },
    ended: (usage: Usage, finish: EndReason | null) => ended.push({ usage, finish }),
  };
  const answer = (request: Partial<TextRequest> = {}, signal: AbortSignal = never) =>
    service.answer(model, textRequest(request), { ...asker, signal, observer });
  return { pool, loads, answer, ended, published, firstTokens: () => firstTokens };
}

const partsOf = (all: ChoicePart[], index: number): AnswerPart[] =>
  all.filter((one) => one.index === index).map(({ part }) => part);

describe("a text answer", () => {
  test("is a start, its content and an end with the usage, and is reported", async () => {
    const { answer, ended, firstTokens } = createTestService();
    const parts = partsOf(await Array.fromAsync(answer({ maxTokens: 2 })), 0);
    const usage = { promptTokens: 1, cachedTokens: 0, newTokens: 2, reasoningTokens: 0 };
    expect(parts).toEqual([
      { type: "start", promptTokens: 1, cachedTokens: 0, fingerprint: expect.any(String) },
      { type: "text", text: expect.any(String), logprobs: [] },
      { type: "text", text: expect.any(String), logprobs: [] },
      {
        type: "end",
        reason: "length",
        stop: null,
        usage,
        timings: { promptMs: expect.any(Number), predictedMs: expect.any(Number) },
      },
    ]);
    expect(ended).toEqual([{ usage, finish: "length" }]);
    expect(firstTokens()).toBe(1);
  });

  test("keeps to the model's defaults where the request is silent", async () => {
    const { pool } = createTestPool();
    const service = createTextService({ ...testDeps, pool });
    const asked = { ...model, defaults: { max_tokens: 1 } };
    const answer = (request: Partial<TextRequest>) =>
      Array.fromAsync(service.answer(asked, textRequest(request), { ...asker, signal: never }));
    expect((await answer({})).at(-1)?.part).toMatchObject({ reason: "length", usage: { newTokens: 1 } });
    expect((await answer({ maxTokens: 2 })).at(-1)?.part).toMatchObject({ usage: { newTokens: 2 } });
  });

  test("ends at a stop string, which it names, and gives the model back", async () => {
    const { answer, loads } = createTestService({ maxTokens: 20 });
    const [, text] = partsOf(await Array.fromAsync(answer({ maxTokens: 1 })), 0);
    const stop = text?.type === "text" ? text.text.slice(1, 4) : "";
    const parts = partsOf(await Array.fromAsync(answer({ stops: [stop] })), 0);
    expect(parts.at(-1)).toMatchObject({ type: "end", reason: "stop", stop });
    expect(loads[0]?.host.running()).toBe(0);
  });

  test("of several choices has each whole, with the prompt counted once and the sum in the last end", async () => {
    const { answer, ended } = createTestService();
    const all = await Array.fromAsync(answer({ choices: 3, maxTokens: 2 }));
    for (const index of [0, 1, 2]) {
      expect(partsOf(all, index).map(({ type }) => type)).toEqual(["start", "text", "text", "end"]);
    }
    expect(all.at(-1)?.part).toMatchObject({ type: "end", usage: { promptTokens: 1, newTokens: 6 } });
    expect(ended).toMatchObject([{ usage: { promptTokens: 1, newTokens: 6 }, finish: "length" }]);
  });

  test("starts the other choices when the first has computed the prompt", async () => {
    const { answer } = createTestService();
    const all = await Array.fromAsync(answer({ choices: 3 }));
    expect(all.slice(0, 2).map(({ index }) => index)).toEqual([0, 0]);
    const started = all.filter(({ part }) => part.type === "start").slice(1);
    for (const { part } of started) expect(part).toMatchObject({ type: "start", cachedTokens: 0 });
  });

  test("runs choices that start after a change of the registry on the changed model", async () => {
    let device = "CPU";
    const toTargetNow = ({ name }: { name: string }) => toTarget(name, { device });
    const { answer, loads } = createTestService({ catalog: { toTarget: toTargetNow }, maxConcurrent: 1 });
    for await (const { index } of answer({ choices: 3 })) if (index === 0) device = "GPU";
    expect(loads.map(({ target }) => target.device)).toEqual(["CPU", "GPU"]);
  });

  test("is made at one time for all its choices", async () => {
    let asked = 0;
    const now = () => {
      asked += 1;
      return new Date(0);
    };
    const { answer } = createTestService({ now });
    await Array.fromAsync(answer({ choices: 4 }));
    expect(asked).toBe(1);
  });

  test("does nothing before it is read, and refuses at the first part what no model could honour", async () => {
    const { answer, loads } = createTestService();
    const toolChoice = { mode: "required", names: null, parallel: null, at: "choice" } as const;
    const parts = answer({ toolChoice });
    await settled();
    await expect(parts.next()).rejects.toMatchObject({ code: "invalid_request", param: "choice" });
    expect(loads).toHaveLength(0);
  });

  for (const choices of [1, 3]) {
    test(`that nobody reads on ends in the engine, with ${choices} choices`, async () => {
      const { answer, loads, ended, pool } = createTestService();
      for await (const { part } of answer({ choices, maxTokens: 50 })) if (part.type === "text") break;
      expect(loads[0]?.host.running()).toBe(0);
      expect(pool.status().get("m")).toMatchObject({ running: 0, waiting: 0 });
      expect(ended).toMatchObject([{ usage: { promptTokens: 1 }, finish: null }]);
    });

    test(`whose client leaves throws the signal's reason, with ${choices} choices`, async () => {
      const stuck = new Promise<void>(() => {});
      const { answer, loads, pool } = createTestService({}, { gate: () => stuck });
      const stop = new AbortController();
      const all = Array.fromAsync(answer({ choices }, stop.signal));
      await settled();
      stop.abort(new Error("left"));
      await expect(all).rejects.toThrow("left");
      expect(loads[0]?.host.running()).toBe(0);
      expect(pool.status().get("m")).toMatchObject({ running: 0, waiting: 0 });
    });
  }

  test("goes to the next engine when the first ends before it took the prompt", async () => {
    const { answer, loads } = createTestService({}, { crashesAtOnce: true });
    await expect(Array.fromAsync(answer())).rejects.toMatchObject({ code: "engine_crashed" });
    expect(loads).toHaveLength(3);
  });
});

test("another tool format takes effect at the next request, without another load", async () => {
  const { pool, loads } = createTestPool();
  const service = createTextService({ ...testDeps, pool });
  const ask = (entry: typeof model.entry & { tool_format?: "harmony" }) =>
    Array.fromAsync(service.answer({ name: "m", entry }, textRequest(), { ...asker, signal: never }));
  await ask(model.entry);
  // Harmony's form needs special tokens, which this engine does not keep.
  expect(ask({ ...model.entry, tool_format: "harmony" })).rejects.toThrow("special tokens");
  await ask(model.entry);
  expect(loads).toHaveLength(1);
});
