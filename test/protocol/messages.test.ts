import { describe, expect, test } from "bun:test";
import { dirname, join } from "node:path";
import { createBatchingLauncher } from "../../src/engine/kinds/batching/launch.ts";
import { runtimePython } from "../../src/engine/kinds/batching/probe.ts";
import { createNativeLauncher } from "../../src/engine/kinds/native/launch.ts";
import { readLines } from "../../src/protocol/lines.ts";
import { parseFromHost, parseToHost } from "../../src/protocol/messages.ts";
import { eventReaders } from "../../src/protocol/operations.ts";
import {
  encodersPath,
  modelPath,
  runtimeDir,
  scriptedModelPath,
  speechPath,
} from "../helpers/environment.ts";
import { type Message, play, readRecorded, toShape } from "../helpers/recorded-lines.ts";
import { installStandIn, writeStandInModel } from "../helpers/stand-in.ts";
import { createTempDir } from "../helpers/temp.ts";

const ofText = readRecorded("protocol.jsonl");
const ofEmbedding = readRecorded("protocol-embed.jsonl");
const ofRanking = readRecorded("protocol-rank.jsonl");
const ofClassifying = readRecorded("protocol-classify.jsonl");
const ofSpeech = readRecorded("protocol-speech.jsonl");
const ofSpeculation = readRecorded("protocol-speculation.jsonl");
const ofVision = readRecorded("protocol-vision.jsonl");
const recorded = [
  ...ofText,
  ...ofEmbedding,
  ...ofRanking,
  ...ofClassifying,
  ...ofSpeech,
  ...ofSpeculation,
  ...ofVision,
];

/** What hosts of every kind answer to the same requests, whatever model they run. */
const toCourse = ({ type, id, reason, code }: Message) => ({ type, id, reason, code });

describe("the recorded lines of the protocol", () => {
  test("to a host are what the daemon may send", () => {
    for (const { to } of recorded) if (to) expect(parseToHost(JSON.stringify(to)) as unknown).toEqual(to);
  });

  test("from a host are what the daemon understands", () => {
    for (const { from } of recorded)
      if (from) expect(parseFromHost(JSON.stringify(from)) as unknown).toEqual(from);
  });

  test("have every operation, and every kind of message in both directions", () => {
    const typesOf = (messages: unknown[]) =>
      new Set(messages.map((message) => (message as Message | undefined)?.type)).difference(
        new Set([undefined]),
      );
    const operations = Object.keys(eventReaders);
    expect(typesOf(recorded.map(({ to }) => to))).toEqual(
      new Set(["load", ...operations, "cancel", "close"]),
    );
    expect(typesOf(recorded.map(({ from }) => from))).toEqual(
      new Set([
        "ready",
        "started",
        "step",
        "tokens",
        "text",
        "vectors",
        "scores",
        "classes",
        "segments",
        "metrics",
        "grammars",
        "speculation",
        "finished",
        "failed",
      ]),
    );
  });

  test("are what the batching host answers", async () => {
    const launcher = createBatchingLauncher(runtimePython(runtimeDir()), process.env);
    await play(launcher, modelPath(), ofText, (message) => toShape(message));
    launcher.remove();
  }, 180_000);

  test.each([
    ["minilm", () => encodersPath(), ofEmbedding],
    ["cross-encoder", () => encodersPath(), ofRanking],
    ["classifier", () => encodersPath(), ofClassifying],
    ["whisper-base", () => speechPath(), ofSpeech],
    ["model", () => dirname(scriptedModelPath()), ofSpeculation],
  ])(
    "are what it answers with the model %s",
    async (name, folder, lines) => {
      const launcher = createBatchingLauncher(runtimePython(runtimeDir()), process.env);
      await play(launcher, join(folder(), name), lines, (message) => toShape(message));
      launcher.remove();
    },
    180_000,
  );

  test("are the course of what the native host answers", async () => {
    const folder = createTempDir();
    const launcher = createNativeLauncher(installStandIn(folder), process.env);
    const model = writeStandInModel(join(folder, "model"));
    // It reports no use of its cache, and makes other pieces of text.
    const isCommon = ({ type }: Message) => type !== "metrics" && type !== "step";
    await play(launcher, model, ofText, (message) => (isCommon(message) ? toCourse(message) : null));
  }, 180_000);
});

describe("a line that is not of the protocol", () => {
  test.each(["", "{", "[]", '{"type":"step"}', '{"type":"started","id":-1}', "x".repeat(500)])(
    "is refused on both sides: %p",
    (line) => {
      for (const parse of [parseFromHost, parseToHost])
        expect(() => parse(line)).toThrow(expect.objectContaining({ code: "engine_failed" }));
    },
  );

  test.each([2, 4])("of protocol %d is named as that, and what repairs it", (protocol) => {
    const next = /Restart the server; if that does not help, install ov-llm again/;
    const load = JSON.stringify({ type: "load", protocol, path: "/m" });
    expect(() => parseToHost(load)).toThrow(`host speaks protocol 3, ov-llm ${protocol}. `);
    expect(() => parseToHost(load)).toThrow(next);
    const ready = JSON.stringify({ type: "ready", protocol, engine: "batching" });
    expect(() => parseFromHost(ready)).toThrow(`host speaks protocol ${protocol}, ov-llm 3. `);
    expect(() => parseFromHost(ready)).toThrow(next);
  });

  test("of another version gets that answer from either host", async () => {
    const folder = createTempDir();
    const batching = createBatchingLauncher(runtimePython(runtimeDir()), process.env);
    const native = createNativeLauncher(installStandIn(folder), process.env);
    for (const { argv, env } of [batching, native]) {
      const child = Bun.spawn(argv, { env, stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
      const [commandsFd, eventsFd] = [child.stdio[3], child.stdio[4]];
      if (typeof commandsFd !== "number" || typeof eventsFd !== "number") throw new Error("no pipes");
      const commands = Bun.file(commandsFd).writer();
      commands.write(`${JSON.stringify({ type: "load", protocol: 2, path: "/m" })}\n`);
      await commands.flush();
      const { value } = await readLines(Bun.file(eventsFd).stream()).next();
      expect(JSON.parse(value?.[0] ?? "{}")).toMatchObject({
        type: "failed",
        id: null,
        code: "engine_failed",
        message: expect.stringMatching(
          /speaks protocol 3, ov-llm 2\. Restart the server; if that does not help/,
        ),
      });
      await child.exited;
    }
    batching.remove();
  }, 180_000);
});
