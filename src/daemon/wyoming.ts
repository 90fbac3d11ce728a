import { toOvError } from "../errors.ts";
import { readLanguages } from "../models/languages.ts";
import { isServed } from "../models/tasks.ts";
import type { Catalog } from "../serving/catalog.ts";
import type { Events, RequestFinished } from "../serving/events.ts";
import type { OpenRequests } from "../serving/open-requests.ts";
import {
  createTranscribeService,
  type Heard,
  type TranscribeAsk,
  type TranscribeDeps,
} from "../serving/transcribe.ts";
import type { Ears } from "../wyoming/session.ts";

interface EarsDeps extends Omit<TranscribeDeps, "catalog"> {
  catalog: Pick<Catalog, "list" | "resolveServed" | "toTarget">;
  events: Pick<Events, "publish">;
  openRequests: Pick<OpenRequests, "add">;
  newId: () => string;
}

/** The path that the protocol's requests have in the log, the metrics and the events. */
const route = { method: "WYOMING", path: "/transcribe", key: undefined };

/** Transcription for Home Assistant's voice pipelines; pinned models come first. */
export function createEarsFor(deps: EarsDeps): Ears {
  const { catalog, events, openRequests, newId } = deps;
  const service = createTranscribeService(deps);
  const listModels = () => {
    const models = catalog.list().filter(({ entry }) => isServed(entry.task, "transcribe"));
    return models.sort((a, b) => Number(b.entry.pinned ?? false) - Number(a.entry.pinned ?? false));
  };

  return {
    list: () => listModels().map(({ name, entry }) => ({ name, languages: readLanguages(entry.path) })),
    async transcribe(sound, { model: asked, language, client, signal }) {
      const id = `req_${newId()}`;
      const startedAt = performance.now();
      const seen: Partial<RequestFinished> = {};
      let close = () => {};
      const finish = (end: Partial<RequestFinished>) =>
        events.publish({
          topic: "request",
          type: "finished",
          ...toFinished(id, client, startedAt),
          ...seen,
          ...end,
        });
      try {
        const model = catalog.resolveServed(asked ?? listModels()[0]?.name ?? null, "transcribe");
        seen.model = model.name;
        close = openRequests.add(() => ({ ...toOpen(id, client, startedAt), model: model.name }));
        events.publish({ topic: "request", type: "started", id, ...route, client, model: model.name });
        const asker = { id, requestId: id, key: undefined, client, signal };
        const windows = service.transcribe(model, asker, toAsk(sound, language));
        const transcript = await hearAll(windows, (seconds) => {
          seen.audioSeconds = seconds;
        });
        finish({ status: 200, finish: "stop" });
        return transcript;
      } catch (error) {
        const { status, code } = toOvError(error);
        finish({ status, code });
        throw error;
      } finally {
        close();
      }
    },
  };
}

function toAsk(sound: Uint8Array, language: string | null): TranscribeAsk {
  return { sound, language, task: "transcribe", prompt: null, temperature: 0, words: false };
}

/** `onSeconds` is called after each window with how much of the recording has been transcribed. */
async function hearAll(windows: AsyncIterable<Heard>, onSeconds: (seconds: number) => void) {
  let text = "";
  let language: string | null = null;
  for await (const heard of windows) {
    text += heard.segments.map((segment) => segment.text).join("");
    language = heard.language;
    onSeconds(heard.seconds);
  }
  return { text: text.trim(), language };
}

/** What is known about it so far. */
function toOpen(id: string, client: string, startedAt: number) {
  const noTokens = { promptTokens: undefined, cachedTokens: undefined, newTokens: undefined };
  const seconds = (performance.now() - startedAt) / 1000;
  return { id, ...route, client, ...noTokens, seconds, timeToFirstToken: undefined };
}

function toFinished(id: string, client: string, startedAt: number): RequestFinished {
  const nothing = {
    model: undefined,
    stream: undefined,
    code: undefined,
    finish: undefined,
    texts: undefined,
    audioSeconds: undefined,
  };
  return { ...toOpen(id, client, startedAt), status: 500, ...nothing, quiet: false };
}
