import { smol, type TestServer } from "../helpers/server.ts";

/** How one request ended for its client. */
export interface Outcome {
  /**
   * `answered`; the code of a clear error; `left`: by its client's own will; `cut`: without an answer or an error;
   * `silent`: nothing came in two minutes.
   */
  end: string;
  /** The model that answered, where one did. */
  model: string | null;
}

export interface Ask {
  /** Leaves when it aborts. */
  leave?: AbortSignal;
  id?: string;
}

/** Neither asks the engine for much, nor ends before a fault can hit it. */
const question = {
  messages: [{ role: "user", content: "Tell me a story." }],
  max_tokens: 30,
  ignore_eos: true,
};
const patienceMs = 120_000;

/** One chat to its end, whatever that is; never throws. */
export async function ask(
  server: TestServer,
  body: Record<string, unknown> = {},
  { leave, id }: Ask = {},
): Promise<Outcome> {
  const late = AbortSignal.timeout(patienceMs);
  const signal = leave ? AbortSignal.any([leave, late]) : late;
  try {
    const response = await server.chat(
      { ...question, ...body },
      {
        signal,
        keepalive: false,
        headers: { "content-type": "application/json", ...(id !== undefined && { "x-request-id": id }) },
      },
    );
    return toOutcome(await response.text());
  } catch {
    if (leave?.aborted) return { end: "left", model: null };
    return { end: late.aborted ? "silent" : "cut", model: null };
  }
}

/** The last message of a stream, or the whole of an answer, tells the end. */
function toOutcome(text: string): Outcome {
  const model = /"model":"([^"]*)"/.exec(text)?.[1] ?? null;
  const code = /"error":\{.*"code":"(\w+)"\}\}\s*$/s.exec(text)?.[1];
  if (code !== undefined) return { end: code, model };
  const isWhole = /data: \[DONE\]\s*$/.test(text) || /^\{"id":"chatcmpl-.*\}$/s.test(text);
  return { end: isWhole ? "answered" : "cut", model };
}

export interface Streams {
  /** Resolves when each of them has begun to answer. */
  begun: Promise<unknown>;
  ends: Promise<string[]>;
}

/** Long streams, for a fault to hit them in the middle. */
export function openStreams(server: TestServer, count: number, body: Record<string, unknown> = {}): Streams {
  const streams = Array.from({ length: count }, () => openStream(server, { max_tokens: 6000, ...body }));
  return {
    begun: Promise.all(streams.map(({ begun }) => begun)),
    ends: Promise.all(streams.map(({ end }) => end)),
  };
}

function openStream(server: TestServer, body: Record<string, unknown>) {
  const begun = Promise.withResolvers<void>();
  const read = async () => {
    let text = "";
    try {
      const signal = AbortSignal.timeout(patienceMs);
      const response = await server.chat(
        { ...question, ...body, stream: true },
        { signal, keepalive: false },
      );
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        if (/"content":"[^"]/.test(text)) begun.resolve();
      }
    } catch {
      // The connection broke: what came before tells that no end did.
    }
    begun.reject(new Error(`A stream ended before it began: ${text}`));
    return toOutcome(text).end;
  };
  const end = read();
  // Whoever waits for the ends alone is not told twice.
  begun.promise.catch(() => {});
  return { begun: begun.promise, end };
}

/** How often each end came. */
export function tally(ends: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const end of ends) counts[end] = (counts[end] ?? 0) + 1;
  return counts;
}

/** Chats whose clients leave at random moments of the first `withinMs`: before the first token, in the middle, after the end. */
export async function leaveAtRandom(
  server: TestServer,
  {
    count,
    atOnce,
    withinMs,
    random,
  }: { count: number; atOnce: number; withinMs: number; random: () => number },
  models: readonly string[] = [smol],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const client = async () => {
    while (outcomes.length < count) {
      const leave = AbortSignal.timeout(Math.round(random() * withinMs));
      const model = models[Math.floor(random() * models.length)] ?? smol;
      const body = { model, stream: random() < 0.7, max_tokens: 100 };
      outcomes.push(await ask(server, body, { leave }));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return outcomes;
}
