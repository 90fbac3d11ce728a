import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { OvError, toOvError } from "../errors.ts";
import { type Pcm, renderWav } from "../wav.ts";
import type { WyomingEvent } from "./events.ts";

/** The transcription that a client may request. */
export interface Ears {
  /** The models that transcribe; the first is the default. */
  list(): { name: string; languages: string[] }[];
  /** The text of a recording; null: the first of the list. Throws OvErrors and the signal's reason. */
  transcribe(
    sound: Uint8Array<ArrayBuffer>,
    asked: { model: string | null; language: string | null; client: string; signal: AbortSignal },
  ): Promise<{ text: string; language: string | null }>;
}

export interface SessionOptions {
  ears: Ears;
  version: string;
  /** Most bytes of one recording. */
  mostBytes: number;
  /** Address of who asks. */
  client: string;
  send: (type: string, data: object) => void;
}

/** One client's connection. */
export interface Session {
  /** Resolves when the event has been answered, if it has an answer. */
  take(event: WyomingEvent): Promise<void>;
  /** The client has left. */
  end(): void;
}

const name = Type.Optional(Type.Union([Type.String({ maxLength: 200 }), Type.Null()]));
const Transcribe = Type.Object({ name, language: name });
const Sound = Type.Object({
  rate: Type.Integer({ minimum: 1000, maximum: 384_000 }),
  width: Type.Integer({ minimum: 1, maximum: 4 }),
  channels: Type.Integer({ minimum: 1, maximum: 8 }),
});
const Ping = Type.Object({ text: Type.Optional(Type.Union([Type.String(), Type.Null()])) });

/** Home Assistant's own. */
const usual = { rate: 16_000, width: 2, channels: 1 };

/** What the smallest piece of a recording costs in memory; real clients send no shorter ones. */
const chunkBytes = 256;

interface Recording {
  form: Omit<Pcm, "data">;
  chunks: Uint8Array[];
  /** In bytes, as its pieces count. */
  size: number;
}

export function createSession({ ears, version, mostBytes, client, send }: SessionOptions): Session {
  const leaving = new AbortController();
  let asked: Static<typeof Transcribe> = {};
  let recording: Recording | null = null;
  /** The recording has already failed; the rest of it is skipped. */
  let refused = false;

  function add({ data, payload }: WyomingEvent): void {
    const form = read(Sound, data, "audio");
    // The first sound decides: some clients announce another form than they send.
    if (recording === null || recording.chunks.length === 0) {
      recording = { form, chunks: [], size: recording?.size ?? 0 };
    } else if (toForm(recording.form) !== toForm(form)) {
      throw new OvError("invalid_request", {
        what: `The recording changes from ${toForm(recording.form)} to ${toForm(form)}`,
        next: "Send all of its sound in one form.",
      });
    }
    recording.size += Math.max(payload.byteLength, chunkBytes);
    if (recording.size > mostBytes) {
      throw new OvError(
        "request_too_large",
        `The recording is larger than ${mostBytes} bytes (OV_MAX_BODY).`,
      );
    }
    if (payload.byteLength > 0) recording.chunks.push(payload);
  }

  async function transcribe(): Promise<void> {
    const { form, chunks } = recording ?? { form: usual, chunks: [] };
    const { name: model = null, language = null } = asked;
    recording = null;
    asked = {};
    if (chunks.length === 0) return send("transcript", { text: "" });
    const sound = renderWav({ ...form, data: Buffer.concat(chunks) });
    const { signal } = leaving;
    send("transcript", await ears.transcribe(sound, { model, language, client, signal }));
  }

  async function answer(event: WyomingEvent): Promise<void> {
    switch (event.type) {
      case "describe":
        return send("info", describe(ears.list(), version));
      case "ping":
        return send("pong", { text: read(Ping, event.data, "ping").text ?? null });
      case "transcribe":
        asked = read(Transcribe, event.data, "transcribe");
        return;
      case "audio-start":
        recording = null;
        refused = false;
        return add({ ...event, payload: new Uint8Array() });
      case "audio-chunk":
        return refused ? undefined : add(event);
      case "audio-stop":
        if (!refused) return await transcribe();
        refused = false;
    }
  }

  return {
    async take(event) {
      try {
        await answer(event);
      } catch (error) {
        recording = null;
        refused = event.type === "audio-chunk" || event.type === "audio-start";
        if (leaving.signal.aborted) return;
        const { message, code } = toOvError(error);
        send("error", { text: message, code });
      }
    },
    end: () => leaving.abort(new OvError("client_closed_request", "The client closed the connection.")),
  };
}

function read<Schema extends TSchema>(schema: Schema, data: unknown, what: string): Static<Schema> {
  if (Value.Check(schema, data)) return data;
  const [problem] = [...Value.Errors(schema, data)];
  const why = `${problem?.path.slice(1) ?? ""} ${problem?.message ?? ""}`.trim();
  throw new OvError("invalid_request", { what: `The event of ${what} cannot be read`, why });
}

function toForm({ rate, width, channels }: Static<typeof Sound>): string {
  return `${rate} Hz with ${channels} ${channels === 1 ? "channel" : "channels"} of ${8 * width} bits`;
}

/** The event `info`: every key that Home Assistant reads. */
function describe(models: ReturnType<Ears["list"]>, version: string): object {
  const artifact = { attribution: { name: "ov-llm", url: "" }, installed: true };
  const asr = {
    ...artifact,
    name: "ov-llm",
    description: "Speech to text with OpenVINO",
    version,
    supports_transcript_streaming: false,
    models: models.map(({ name, languages }) => ({
      ...artifact,
      name,
      description: name,
      version: null,
      languages,
    })),
  };
  const none = { tts: [], handle: [], intent: [], wake: [], mic: [], snd: [] };
  return { asr: models.length === 0 ? [] : [asr], ...none };
}
