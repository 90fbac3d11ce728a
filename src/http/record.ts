import type { ApiRequest, RequestFacts, RequestNotes, TokenCounts } from "../api/route.ts";
import type { ErrorCode } from "../errors.ts";
import type { Events, RequestFinished } from "../serving/events.ts";
import type { OpenRequests } from "../serving/open-requests.ts";

/** Collects the facts about one request; published when its answer has ended. */
export interface RequestRecord {
  readonly id: string;
  /** The client's address. */
  readonly client: string;
  /** The name of the API key. */
  key: string | undefined;
  /** The code of the error that it ended with. */
  code: ErrorCode | undefined;
  /** The name of the model that it asked for and did not get. */
  asked: string | undefined;
  /** Its route is polled every few seconds by monitors. */
  quiet: boolean;
  /** Its answer continues after its headers, so the stream ends the record. */
  streaming: boolean;
  readonly notes: RequestNotes;
  /** Publishes it, with the status that the client actually got. */
  end(status: number): void;
}

export interface RecordOptions {
  newId: () => string;
  events: Pick<Events, "publish">;
  /** Lists the request from when its model is known until its end. Absent: requests are not listed. */
  openRequests?: Pick<OpenRequests, "add"> | undefined;
}

const saneId = /^[\w.:-]{1,128}$/;
const records = new WeakMap<Request, RequestRecord>();

/** Gives the request its id: the client's own if it is valid. */
export function startRecord(
  request: Request,
  client: string,
  { newId, events, openRequests }: RecordOptions,
): RequestRecord {
  const asked = request.headers.get("x-request-id") ?? "";
  const id = saneId.test(asked) ? asked : `req_${newId()}`;
  const { method } = request;
  const path = new URL(request.url).pathname;
  const startedAt = performance.now();
  let firstTokenAt: number | undefined;
  const facts: Partial<RequestFacts> = {};
  let counts: Readonly<Partial<TokenCounts>> = facts;
  let close = () => {};

  const look = (model: string) => {
    const { promptTokens, cachedTokens, newTokens } = counts;
    const whole = { id, method, path, client, key: record.key, model };
    return { ...whole, promptTokens, cachedTokens, newTokens, ...readTimes() };
  };

  function readTimes() {
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      seconds,
      timeToFirstToken: firstTokenAt === undefined ? undefined : (firstTokenAt - startedAt) / 1000,
    };
  }

  const set: RequestNotes["set"] = (more) => {
    const isNamed = facts.model === undefined && more.model !== undefined;
    Object.assign(facts, more);
    if (!isNamed) return;
    const { model = "" } = more;
    close = openRequests?.add(() => look(model)) ?? close;
    events.publish({ topic: "request", type: "started", id, method, path, client, key: record.key, model });
  };

  function toFinished(status: number): RequestFinished {
    const { promptTokens, cachedTokens, newTokens } = counts;
    const { model, stream, texts, audioSeconds, finish } = facts;
    const { asked, code, key } = record;
    const whole = { id, method, path, client, key, status, model, stream };
    return {
      ...whole,
      promptTokens,
      cachedTokens,
      newTokens,
      texts,
      audioSeconds,
      // An answer that broke off after the engine took the prompt has the error as its finish reason.
      finish: promptTokens === undefined || !record.streaming ? finish : (code ?? finish),
      code,
      asked,
      ...readTimes(),
      quiet: record.quiet && status === 200,
    };
  }

  const record: RequestRecord = {
    id,
    client,
    key: undefined,
    code: undefined,
    asked: undefined,
    quiet: false,
    streaming: false,
    notes: {
      set,
      follow(growing) {
        counts = growing;
      },
      firstToken() {
        firstTokenAt ??= performance.now();
      },
    },
    end(status) {
      close();
      events.publish({ topic: "request", type: "finished", ...toFinished(status) });
    },
  };
  records.set(request, record);
  return record;
}

export function recordOf(request: Request): RequestRecord {
  const record = records.get(request);
  if (!record) throw new TypeError("This request has no record: it did not come through createApp");
  return record;
}

/** Identifies the client for the order of turns: by address and key, since clients may share either. */
export function toClient({ key, client }: RequestRecord): ApiRequest<unknown>["client"] {
  return key === undefined ? client : `${key}@${client}`;
}
