import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp, type TestAppOptions } from "../helpers/app.ts";
import { createTempDir } from "../helpers/temp.ts";

/** A host in memory hears the bytes of the file as words of half a second each, four in each window. */
function createApp(options: TestAppOptions = {}) {
  const registryPath = join(createTempDir(), "registry.json");
  const entry = (task: string) => ({ path: "/m", task, weight_format: "int8" });
  const models = { ears: entry("automatic-speech-recognition-with-past"), llm: entry("text-generation") };
  writeFileSync(registryPath, JSON.stringify({ version: 1, models }));
  const load = async () => ({ host: createMemoryHost({ operations: ["transcribe"] }), defaults: {} });
  return createTestApp({ registryPath, load, ...options });
}

const spoken = "one two three four five";

async function post(path: string, fields: Record<string, string | string[]>, said: string | null = spoken) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ model: "ears", ...fields })) {
    for (const one of [value].flat()) form.append(name, one);
  }
  if (said !== null) form.append("file", new Blob([said]), "said.wav");
  const response = await createApp().send(path, { method: "POST", body: form });
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
}

const usage = { type: "duration", seconds: 3 };
const segment = { tokens: [], temperature: 0, avg_logprob: 0, no_speech_prob: 0 };

describe("POST /v1/audio/transcriptions", () => {
  test.each<[string, Record<string, string | string[]>, string | object]>([
    ["as JSON", {}, { text: spoken, usage }],
    ["in a language that is asked for by code", { language: "de-AT" }, { text: spoken, usage }],
    ["in a language that is to be heard", { language: "auto" }, { text: spoken, usage }],
    ["as text", { response_format: "text" }, `${spoken}\n`],
    [
      "as SubRip",
      { response_format: "srt" },
      "1\n00:00:00,000 --> 00:00:02,000\none two three four\n\n2\n00:00:02,000 --> 00:00:02,500\nfive\n\n",
    ],
    [
      "as WebVTT",
      { response_format: "vtt" },
      "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\none two three four\n\n00:00:02.000 --> 00:00:02.500\nfive\n\n",
    ],
    [
      "with its segments",
      { response_format: "verbose_json", language: "German", temperature: "0" },
      {
        ...{ task: "transcribe", language: "german", duration: 2.5, text: spoken, usage },
        segments: [
          {
            id: 0,
            seek: 0,
            start: 0,
            end: 2,
            text: " one two three four",
            ...segment,
            compression_ratio: 0.692,
          },
          { id: 1, seek: 200, start: 2, end: 2.5, text: " five", ...segment, compression_ratio: 0.333 },
        ],
      },
    ],
    [
      "by a temperature that is 0 to the engine",
      {
        response_format: "verbose_json",
        language: "German",
        temperature: "1e-300",
        "timestamp_granularities[]": "segment",
      },
      expect.objectContaining({
        segments: [expect.objectContaining(segment), expect.objectContaining(segment)],
      }),
    ],
    [
      "with its words alone",
      { response_format: "verbose_json", "timestamp_granularities[]": "word" },
      {
        ...{ task: "transcribe", language: "english", duration: 2.5, text: spoken, usage },
        words: spoken.split(" ").map((word, at) => ({ word, start: at / 2, end: at / 2 + 0.5 })),
      },
    ],
  ])("answers %s", async (_what, fields, expected) => {
    const { status, text } = await post("/v1/audio/transcriptions", fields);
    expect([status, typeof expected === "string" ? text : JSON.parse(text)]).toEqual([200, expected]);
  });

  test("streams what is heard, then the whole of it", async () => {
    const { type, text } = await post("/v1/audio/transcriptions", { stream: "true" });
    const events = text.split("\n\n").filter((event) => event !== "");
    expect(type).toStartWith("text/event-stream");
    expect(events.map((event) => JSON.parse(event.replace("data: ", "")))).toEqual([
      { type: "transcript.text.delta", delta: "one two three four" },
      { type: "transcript.text.delta", delta: " five" },
      { type: "transcript.text.done", text: spoken, usage },
    ]);
  });

  test("answers silence with an empty text", async () => {
    const { text } = await post("/v1/audio/transcriptions", {}, "");
    expect(JSON.parse(text)).toEqual({ text: "", usage: { type: "duration", seconds: 0 } });
  });

  test.each<[string, Record<string, string>, string | null, string | null, RegExp]>([
    ["a file that cannot be read", {}, "broken", null, /cannot be read as sound/],
    ["a form without a file", {}, null, "file", /"file" is missing: it must be a file/],
    ["a file that is a text", { file: "said" }, null, "file", /"file" must be a file, but is "said"/],
    ["an unknown form", { response_format: "xml" }, spoken, "response_format", /one of json, text, srt/],
    ["an unknown language", { language: "tlh" }, spoken, "language", /it knows de, en/],
    ["a temperature beyond 1", { temperature: "1.5" }, spoken, "temperature", /from 0 to 1/],
    ["a temperature that is no number", { temperature: "warm" }, spoken, "temperature", /from 0 to 1/],
    [
      "a stream of subtitles",
      { stream: "true", response_format: "srt" },
      spoken,
      "response_format",
      /stream/,
    ],
    ["a stream that is neither", { stream: "maybe" }, spoken, "stream", /true or false/],
    [
      "words without verbose_json",
      { "timestamp_granularities[]": "word" },
      spoken,
      "timestamp_granularities",
      /verbose/,
    ],
    [
      "times of letters",
      { timestamp_granularities: "letter" },
      spoken,
      "timestamp_granularities",
      /"segment" or "word"/,
    ],
    ["log-probabilities", { "include[]": "logprobs" }, spoken, "include", /log-probabilities/],
    [
      "a model that writes text",
      { model: "llm" },
      spoken,
      "model",
      /does not offer the operation "transcribe"/,
    ],
  ])("refuses %s", async (_what, fields, said, param, message) => {
    const { status, text } = await post("/v1/audio/transcriptions", fields, said);
    const { error } = JSON.parse(text);
    expect([status, error.param]).toEqual([400, param]);
    expect(error.message).toMatch(message);
  });

  test("removes the file, also where it cannot be read", async () => {
    const kept = new Set<string>();
    const keepFile = async (bytes: Uint8Array) => {
      const path = new TextDecoder().decode(bytes);
      kept.add(path);
      return { path, remove: async () => void kept.delete(path) };
    };
    const app = createApp({ keepFile });
    for (const said of ["one", "broken"]) {
      const form = new FormData();
      form.append("model", "ears");
      form.append("file", new Blob([said]), "said.wav");
      await (await app.send("/v1/audio/transcriptions", { method: "POST", body: form })).text();
      expect(kept.size).toBe(0);
    }
  });
});

test("seconds of sound are counted and reported", async () => {
  const app = createApp();
  const finished: unknown[] = [];
  app.events.subscribe((event) => {
    if (event.topic === "request" && event.type === "finished") finished.push(event);
  });
  for (const said of [spoken, "broken"]) {
    const form = new FormData();
    form.append("model", "ears");
    form.append("file", new Blob([said]), "said.wav");
    await (await app.send("/v1/audio/transcriptions", { method: "POST", body: form })).text();
  }
  expect(finished).toMatchObject([
    { model: "ears", audioSeconds: 2.5, finish: "stop", code: undefined },
    { model: "ears", audioSeconds: undefined, code: "invalid_request" },
  ]);
  const metrics = await (await app.get("/metrics")).text();
  expect(metrics).toContain('ov_llm_audio_seconds_total{model="ears"} 2.5');
  expect(metrics).toContain('ov_llm_request_success_total{model="ears",finished_reason="stop"} 1');
});

test("POST /v1/audio/translations answers in English", async () => {
  const { text } = await post("/v1/audio/translations", { response_format: "verbose_json" });
  expect(JSON.parse(text)).toMatchObject({ task: "translate", text: spoken.toUpperCase() });
});

test("POST /v1/audio/speech is refused with 400, not 404", async () => {
  const body = JSON.stringify({ model: "tts", input: "Hello", voice: "alloy" });
  const response = await createApp().send("/v1/audio/speech", { method: "POST", body });
  expect([response.status, JSON.parse(await response.text()).error.code]).toEqual([400, "task_unsupported"]);
});
