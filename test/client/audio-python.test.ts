import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { speechPath } from "../helpers/environment.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { runChecks } from "./run-python.ts";

const home = createTempDir();
const recording = join(import.meta.dir, "../fixtures/audio/inaugural.ogg");
let server: TestServer;
/** What each check of audio_client.py printed, by its name. */
let checks: Map<string, unknown>;

beforeAll(async () => {
  const whisper = {
    path: join(speechPath(), "whisper-base"),
    task: "automatic-speech-recognition-with-past",
    weight_format: "fp16",
  };
  server = await startServer({ home, models: { whisper } });
  checks = await runChecks("audio_client.py", home, `${server.url}/v1`, "whisper", recording);
}, 180_000);
afterAll(() => server.stop(), 180_000);

test("OpenAI's Python client gets the text of a recording, whole and streamed", () => {
  const text = expect.stringMatching(/^And so.*for your country\.$/);
  expect(checks.get("plain")).toMatchObject({ text, seconds: 11 });
  expect(checks.get("streamed")).toMatchObject({
    text,
    types: expect.arrayContaining(["transcript.text.done"]),
  });
});

test("OpenAI's Python client gets times, subtitles, and a refusal that it knows", () => {
  expect(checks.get("verbose")).toMatchObject({
    language: "english",
    duration: 11,
    words: expect.arrayContaining(["fellow", "country"]),
  });
  expect(checks.get("subtitles")).toMatchObject({
    text: expect.stringMatching(/^1\n00:00:00,000 --> 00:00:/),
  });
  expect(checks.get("speech")).toMatchObject({ code: "task_unsupported" });
});
