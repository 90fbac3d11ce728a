import { afterEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { OvError } from "../../src/errors.ts";
import { renderWav } from "../../src/wav.ts";
import { listenWyoming, type WyomingListener, type WyomingOptions } from "../../src/wyoming/listen.ts";
import type { Ears } from "../../src/wyoming/session.ts";
import { clientPython } from "../helpers/environment.ts";
import { createTempDir } from "../helpers/temp.ts";

let listener: WyomingListener | undefined;
afterEach(() => listener?.kill());

/** Hears how long a recording is. */
const ears: Ears = {
  list: () => [{ name: "ears", languages: ["de", "en"] }],
  async transcribe(sound, { language }) {
    if (language === "tlh") throw new OvError("invalid_request", "The model does not know it.");
    return { text: `${sound.byteLength - 44} bytes`, language };
  },
};

function listen(options: Partial<WyomingOptions> = {}): number {
  listener = listenWyoming({ ears, version: "0", maxBody: 100_000, host: "127.0.0.1", port: 0, ...options });
  return listener.port;
}

const chunk = '{"type":"audio-chunk","data":{"rate":16000,"width":2,"channels":1},"payload_length":2}\n\0\0';

/** Sends the text, and returns what came until the server closed the connection or said `until`. */
async function exchange(port: number, text: string, until = /$^/): Promise<string> {
  const got = Promise.withResolvers<string>();
  let all = "";
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data(_socket, bytes) {
        all += bytes.toString();
        if (until.test(all)) got.resolve(all);
      },
      close: () => got.resolve(all),
      error: () => got.resolve(all),
    },
  });
  socket.write(text);
  const answer = await got.promise;
  socket.end();
  return answer;
}

async function askAsHomeAssistant(port: number, samples: number, ...language: string[]) {
  const wav = join(createTempDir(), "said.wav");
  const data = new Uint8Array(2 * samples).fill(1);
  writeFileSync(wav, renderWav({ rate: 16_000, width: 2, channels: 1, data }));
  const script = join(import.meta.dir, "wyoming_client.py");
  const child = Bun.spawn([clientPython(), script, String(port), wav, ...language], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(await child.stdout.text());
}

describe("the Wyoming protocol", () => {
  test("describes itself, answers pings and transcribes, for its own client", async () => {
    const found = { models: ["ears"], languages: ["de", "en"], pong: "here" };
    const heard = { text: "10000 bytes", language: "de" };
    expect(await askAsHomeAssistant(listen(), 5000, "de")).toEqual({ ...found, first: heard, second: heard });
  }, 180_000);

  test("reports what fails, and goes on", async () => {
    const error = { error: "The model does not know it." };
    expect(await askAsHomeAssistant(listen(), 5000, "tlh")).toMatchObject({ first: error, second: error });
  }, 180_000);

  test("refuses a recording beyond the bound", async () => {
    const refused = { error: expect.stringMatching(/larger than 9000 bytes/) };
    const answers = await askAsHomeAssistant(listen({ maxBody: 9000 }), 5000);
    expect(answers).toMatchObject({ first: refused, second: refused });
  }, 180_000);

  test("has no program where no model transcribes", async () => {
    const port = listen({ ears: { ...ears, list: () => [] } });
    expect(await exchange(port, '{"type":"describe"}\n', /"snd"/)).toContain('"asr":[]');
  });

  test.each([
    ["another protocol", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["a first line without an end", "x".repeat(100_000)],
  ])("closes a connection with %s", async (_what, text) => {
    expect(await exchange(listen(), text)).toBe("");
  });

  test("closes an idle connection", async () => {
    expect(await exchange(listen({ idleSeconds: 1 }), "")).toBe("");
  }, 180_000);

  test("thousands of events at once leave others their turn", async () => {
    let turns = 0;
    const seen = new Set<number>();
    const count = setInterval(() => (turns += 1), 0);
    const list = () => {
      seen.add(turns);
      return [];
    };
    const port = listen({ ears: { ...ears, list }, maxBody: 1_000_000 });
    const events = `${'{"type":"describe"}\n'.repeat(20_000)}{"type":"audio-stop"}\n`;
    const answer = await exchange(port, events, /"transcript"/);
    clearInterval(count);
    expect(answer.match(/"asr"/g)).toHaveLength(20_000);
    // One, where nobody gets a turn; how many it is besides depends on the machine's speed.
    expect(seen.size).toBeGreaterThan(2);
  }, 180_000);

  test("a recording of nothing has no text", async () => {
    expect(await exchange(listen(), '{"type":"audio-stop"}\n', /text/)).toContain('{"text":""}');
  });

  test("ignores events that it does not know, and names one that it cannot read", async () => {
    const answer = await exchange(
      listen(),
      '{"type":"detect"}\n{"type":"audio-start","data":{"rate":"fast"}}\n{"type":"ping"}\n',
      /pong/,
    );
    expect(answer).toMatch(/"error".*The event of audio cannot be read.*"pong"/s);
  });

  const toChunk = (rate: number, timestamp = 0) => {
    const data = JSON.stringify({ rate, width: 2, channels: 1, timestamp });
    return `{"type":"audio-chunk","data":${data},"payload_length":2}\n\0\0`;
  };

  test("the sound has the rate that comes with it, whatever was announced", async () => {
    const transcribe: Ears["transcribe"] = async (sound) => ({
      text: `${Buffer.from(sound).readUInt32LE(24)} a second`,
      language: null,
    });
    const start = '{"type":"audio-start","data":{"rate":16000,"width":2,"channels":1}}\n';
    const events = `${start}${toChunk(44_100)}{"type":"audio-stop"}\n`;
    const answer = await exchange(listen({ ears: { ...ears, transcribe } }), events, /text/);
    expect(answer).toContain('"44100 a second"');
  });

  test("refuses a recording that changes its rate, and takes the next one", async () => {
    const stop = '{"type":"audio-stop"}\n';
    const events = `${toChunk(16_000)}${toChunk(44_100)}${stop}${toChunk(44_100, 1)}${toChunk(44_100, 2)}${stop}`;
    const answer = await exchange(listen(), events, /transcript/);
    expect(answer).toMatch(/"error".*changes from 16000 Hz.*to 44100 Hz.*"transcript".*"4 bytes"/s);
  });

  test("a client that leaves ends its transcription", async () => {
    const left = Promise.withResolvers<unknown>();
    const started = Promise.withResolvers<void>();
    const transcribe: Ears["transcribe"] = (_sound, { signal }) => {
      signal.addEventListener("abort", () => left.resolve(signal.reason));
      started.resolve();
      return new Promise(() => {});
    };
    const port = listen({ ears: { ...ears, transcribe } });
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    socket.write(`${chunk}{"type":"audio-stop"}\n`);
    await started.promise;
    socket.end();
    expect(await left.promise).toMatchObject({ code: "client_closed_request" });
  });

  test("a port that is taken is named with its holder", () => {
    const port = listen();
    expect(() => listenWyoming({ ears, version: "0", maxBody: 1, host: "127.0.0.1", port })).toThrow(
      /listens there.*OV_WYOMING_PORT/s,
    );
  });
});
