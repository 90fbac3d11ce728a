import type { Lease } from "../engine/pool/lease.ts";
import { OvError } from "../errors.ts";
import type { ReadyMessage } from "../protocol/load.ts";
import type { TranscribeEvent, TranscribeRequest } from "../protocol/transcribe.ts";
import type { CatalogModel } from "./catalog.ts";
import type { Asker, OperationDeps } from "./operation.ts";

/** A file for a host to read, until it is removed. */
export interface KeptFile {
  path: string;
  remove(): Promise<void>;
}

export interface TranscribeAsk extends Pick<TranscribeRequest, "task" | "prompt" | "temperature" | "words"> {
  /** A file in any supported format, such as wav or mp3. */
  sound: Uint8Array;
  /** A code such as `de`, or the language's English name; null or `auto`, as in whisper.cpp: it is detected. */
  language: string | null;
}

/** The segments of one half minute after the other. */
export type Heard = Extract<TranscribeEvent, { type: "segments" }>;

/** Transcribes recordings; loads the model if necessary. */
export interface TranscribeService {
  /** Nothing happens before the first read; leaving the loop cancels the rest. Throws OvErrors and the signal's reason. */
  transcribe(model: CatalogModel, asker: Asker, ask: TranscribeAsk): AsyncGenerator<Heard>;
}

export interface TranscribeDeps extends OperationDeps {
  /** Writes a file that only the hosts can read. */
  keepFile: (bytes: Uint8Array) => Promise<KeptFile>;
  /** OV_MAX_AUDIO_SECONDS */
  maxAudioSeconds: number;
}

export function createTranscribeService(deps: TranscribeDeps): TranscribeService {
  const { pool, catalog, running, requestSeconds, keepFile, maxAudioSeconds } = deps;

  async function* listen({ model }: Lease, ask: TranscribeAsk, signal: AbortSignal): AsyncGenerator<Heard> {
    const { sound, language, ...asked } = ask;
    const code = findLanguage(language ?? "auto", model.host.ready);
    const file = await keepFile(sound);
    try {
      const request = { ...asked, language: code, path: file.path, max_seconds: maxAudioSeconds };
      for await (const event of model.host.run("transcribe", request, signal)) {
        if (event.type === "segments") yield event;
      }
    } finally {
      await file.remove();
    }
  }

  return {
    transcribe(model, asker, ask) {
      const { client, signal, keepSeconds = null } = asker;
      return running.run(asker, { signal, seconds: requestSeconds }, (bound) =>
        pool.use({ ...catalog.toTarget(model), keepSeconds }, { client, signal: bound }, (lease) =>
          listen(lease, ask, bound),
        ),
      );
    },
  };
}

const names = new Intl.DisplayNames("en", { type: "language" });

/** The English name of a language, in lower case as in OpenAI's API: `german`; an unknown code is returned unchanged. */
export function toLanguageName(code: string): string {
  return (names.of(code) ?? code).toLowerCase();
}

/** The model's code for a language given by code, with or without a region, or by name; null: detect it. */
function findLanguage(asked: string, { languages = [] }: Pick<ReadyMessage, "languages">): string | null {
  const wanted = asked.trim().toLowerCase();
  if (wanted === "auto") return null;
  const base = wanted.split(/[-_]/)[0] ?? wanted;
  const found =
    languages.find((code) => code === wanted || code === base) ??
    languages.find((code) => toLanguageName(code) === wanted);
  if (found !== undefined) return found;
  const what = `The model does not know the language ${JSON.stringify(asked.slice(0, 40))}`;
  const known =
    languages.length > 12 ? `${languages.slice(0, 12).join(", ")} and others` : languages.join(", ");
  throw new OvError("invalid_request", { what, why: `it knows ${known}` }, { param: "language" });
}
