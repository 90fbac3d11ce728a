import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { runtimePython } from "../../src/engine/kinds/batching/probe.ts";
import { renderWav } from "../../src/wav.ts";
import { clientPython, runtimeDir, speechPath } from "../helpers/environment.ts";
import { createRandom } from "../helpers/random.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

/** From John F. Kennedy's inaugural address, 1961: 11 s, Opus. */
const file = join(import.meta.dir, "../fixtures/audio/inaugural.ogg");
const recording = await Bun.file(file).bytes();
const said =
  "And so, my fellow Americans: ask not what your country can do for you, ask what you can do for your country.";

const home = createTempDir();
const whisper = {
  path: join(speechPath(), "whisper-base"),
  task: "automatic-speech-recognition-with-past",
  weight_format: "fp16",
  aliases: ["whisper-1"],
};
/** The same bytes in each run: some might pass for a sound. */
const random = createRandom(5);
let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    home,
    models: { whisper },
    env: { OV_DEVICE: "CPU", OV_MEMORY_BUDGET: "4G", OV_WYOMING_PORT: "0" },
  });
}, 180_000);
afterAll(() => server?.stop());

async function transcribe(fields: Record<string, string>, sound: Uint8Array<ArrayBuffer> = recording) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ model: "whisper-1", ...fields })) form.append(name, value);
  form.append("file", new Blob([sound]), "sound");
  const response = await fetch(`${server.url}/v1/audio/transcriptions`, { method: "POST", body: form });
  return { status: response.status, text: await response.text() };
}

const toWords = (text: string) => text.toLowerCase().match(/[a-z]+/g) ?? [];

function renderTone(seconds: number): Uint8Array<ArrayBuffer> {
  const rate = 16_000;
  const samples = Int16Array.from({ length: rate * seconds }, (_, at) => 9000 * Math.sin(at / 16));
  return renderWav({ rate, width: 2, channels: 1, data: new Uint8Array(samples.buffer) });
}

describe("a real model that transcribes", () => {
  test("writes each word of a real recording, with times and the language that it hears", async () => {
    const { status, text } = await transcribe({
      response_format: "verbose_json",
      "timestamp_granularities[]": "word",
    });
    const { words, ...answer } = JSON.parse(text);
    expect(status).toBe(200);
    expect(answer).toMatchObject({ task: "transcribe", language: "english", duration: 11 });
    expect(toWords(answer.text)).toEqual(toWords(said));
    expect(words.flatMap(({ word }: { word: string }) => toWords(word))).toEqual(toWords(said));
    for (const { start, end } of words) expect(end).toBeGreaterThanOrEqual(start);
    expect(words.at(-1).end).toBeWithin(9, 11.01);
    expect(await server.logged(/audio\/transcriptions 200 .*audio=11/)).toContain("model=whisper");
  }, 180_000);

  test("hears recordings at once, one after the other, and each whole", async () => {
    const answers = await Promise.all([transcribe({}), transcribe({ stream: "true" }), transcribe({})]);
    for (const { status, text } of answers) {
      expect(status).toBe(200);
      const [, last = text] = /.*data: (.*done.*)/.exec(text) ?? [];
      expect(toWords(JSON.parse(last).text)).toEqual(toWords(said));
    }
  }, 180_000);

  test.each([
    ["random bytes", Uint8Array.from({ length: 4000 }, () => random() * 256)],
    ["a playlist", new TextEncoder().encode("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")],
    ["nothing", new Uint8Array()],
  ])("refuses %s, and goes on", async (_what, sound) => {
    const { status, text } = await transcribe({}, sound);
    expect([status, JSON.parse(text).error.message]).toEqual([
      400,
      expect.stringMatching(/cannot be read as sound/),
    ]);
  });

  test("writes nothing of silence, and does not fail at a tone", async () => {
    const silence = renderWav({ rate: 8000, width: 2, channels: 2, data: new Uint8Array(64_000) });
    const { text } = await transcribe({}, silence);
    expect(JSON.parse(text)).toEqual({ text: "", usage: { type: "duration", seconds: 2 } });
    expect((await transcribe({}, renderTone(1))).status).toBe(200);
  });

  test("hears for Home Assistant's voice pipelines", async () => {
    const wav = join(home, "said.wav");
    const convert = [runtimePython(runtimeDir()), join(import.meta.dir, "../helpers/to_wav.py"), file, wav];
    expect(await Bun.spawn(convert).exited).toBe(0);
    const [, port = ""] = /port=(\d+)/.exec(await server.logged(/the Wyoming protocol listens/)) ?? [];
    const client = join(import.meta.dir, "../wyoming/wyoming_client.py");
    const child = Bun.spawn([clientPython(), client, port, wav, "en"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const { models, languages, first, second } = JSON.parse(await child.stdout.text());
    expect(models).toEqual(["whisper"]);
    expect(languages).toEqual(expect.arrayContaining(["de", "en"]));
    for (const { text, language } of [first, second]) {
      expect([toWords(text), language]).toEqual([toWords(said), "en"]);
    }
    expect(await server.logged(/WYOMING \/transcribe 200/)).toContain("model=whisper");
  }, 180_000);

  test("a client that leaves frees the model for the next one", async () => {
    const leaving = new AbortController();
    const form = new FormData();
    form.append("model", "whisper");
    form.append("file", new Blob([renderTone(600)]), "long.wav");
    const left = fetch(`${server.url}/v1/audio/transcriptions`, {
      method: "POST",
      body: form,
      signal: leaving.signal,
    }).catch(() => "left");
    const countRunning = async () =>
      JSON.parse(await (await fetch(`${server.url}/v1/models/whisper`)).text()).running;
    while ((await countRunning()) !== 1);
    leaving.abort();
    expect(await left).toBe("left");
    expect(toWords(JSON.parse((await transcribe({})).text).text)).toEqual(toWords(said));
  }, 180_000);

  test("gives its memory back when it is idle, and hears again", async () => {
    server.register({ whisper: { ...whisper, idle_seconds: 0.2 } });
    // What changes is noticed at a request.
    await transcribe({});
    await server.logged(/unloading model model=whisper why=idle/);
    await server.logged(/unloaded model model=whisper/);
    expect(toWords(JSON.parse((await transcribe({})).text).text)).toEqual(toWords(said));
  }, 180_000);
});
