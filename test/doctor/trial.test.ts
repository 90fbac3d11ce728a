import { describe, expect, test } from "bun:test";
import { compareTrials } from "../../src/doctor/compare.ts";
import { checkTriable, runTrials, type Trial } from "../../src/doctor/trial.ts";
import { OvError } from "../../src/errors.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";

const entry = { path: "/m", task: "text-generation-with-past", weight_format: "int4" };

function createClock(): () => number {
  let now = 0;
  return () => (now += 100);
}

describe("runTrials", () => {
  test("has the same text written on each device, each load closed before the next", async () => {
    const hosts = new Map<string, ReturnType<typeof createMemoryHost>>();
    const started: string[] = [];
    const trials = await runTrials({
      loader: {
        async load(name, { device = "" }) {
          expect([name, [...hosts.values()].every(({ alive }) => !alive)]).toEqual(["m", true]);
          const host = createMemoryHost({ contextLength: 512 });
          hosts.set(device, host);
          return host;
        },
      },
      name: "m",
      entry,
      devices: ["CPU", "GPU"],
      signal: new AbortController().signal,
      onStart: (device) => started.push(device),
      clock: createClock(),
    });
    expect(started).toEqual(["CPU", "GPU"]);
    expect(trials.map(({ device, problem, text }) => [device, problem, text !== ""])).toEqual([
      ["CPU", null, true],
      ["GPU", null, true],
    ]);
    expect(trials[0]).toMatchObject({ load_seconds: 0.1, first_token_ms: 100, text: trials[1]?.text });
    const [cpu, gpu] = [...hosts.values()].map(({ asked }) => asked.at(-1));
    expect(cpu).toMatchObject({ sampling: { temperature: 0 }, max_tokens: 64, ignore_eos: true });
    expect(gpu).toEqual(cpu);
  });

  test("reports a device on which the model does not load, and goes on", async () => {
    const trials = await runTrials({
      loader: {
        async load(_name, { device }) {
          if (device === "NPU") throw new OvError("model_load_failed", "It has dynamic shapes.");
          return createMemoryHost({ contextLength: 512 });
        },
      },
      name: "m",
      entry,
      devices: ["NPU", "CPU"],
      signal: new AbortController().signal,
      onStart: () => {},
      clock: createClock(),
    });
    expect(trials.map(({ device, problem }) => [device, problem])).toEqual([
      ["NPU", "It has dynamic shapes."],
      ["CPU", null],
    ]);
  });

  test("ends when it is stopped", async () => {
    const stop = new AbortController();
    const load = async () => {
      stop.abort(new Error("stopped"));
      throw new Error("its process ended");
    };
    const { signal } = stop;
    const options = { loader: { load }, name: "m", entry, devices: ["CPU", "GPU"], signal };
    expect(runTrials({ ...options, onStart: () => {}, clock: createClock() })).rejects.toThrow("stopped");
  });
});

test("checkTriable refuses a model that writes no text", () => {
  expect(() => checkTriable("m", entry)).not.toThrow();
  expect(() => checkTriable("m", { ...entry, task: "feature-extraction" })).toThrow(
    "its task is feature-extraction",
  );
});

describe("compareTrials", () => {
  const trial = (
    device: string,
    tokens_per_second: number,
    text: string,
    extra: Partial<Trial> = {},
  ): Trial => ({
    device,
    problem: null,
    doubt: null,
    text,
    tokens: 64,
    load_seconds: 1,
    first_token_ms: 1,
    memory_bytes: 1,
    ...extra,
    tokens_per_second,
  });

  test("the fastest one is best", () => {
    expect(compareTrials([trial("CPU", 5, "one two"), trial("GPU", 9, "one two")])).toEqual({
      best: "GPU",
      texts: ["GPU writes the same text as CPU."],
    });
  });

  test("one that fails or writes noise is not, however fast", () => {
    const trials = [
      trial("CPU", 5, "one two"),
      trial("GPU", 9, "! !", { doubt: "it writes noise" }),
      trial("NPU", 99, "", { problem: "It broke." }),
    ];
    expect(compareTrials(trials)).toEqual({
      best: "CPU",
      texts: [
        "GPU writes the same 0 words as CPU, then others, which is more than rounding explains.",
        "On GPU, it writes noise.",
      ],
    });
  });

  test("texts that part late are rounding", () => {
    const { texts } = compareTrials([trial("CPU", 1, "a b c d e f"), trial("GPU", 2, "a b c d x y")]);
    expect(texts).toEqual(["GPU writes the same 4 words as CPU, then others, as devices round differently."]);
  });

  test("none at all", () => expect(compareTrials([])).toEqual({ best: null, texts: [] }));
});
