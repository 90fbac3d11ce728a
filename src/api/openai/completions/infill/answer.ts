import type { ChoicePart, EndReason, Usage } from "../../../../generate/parts.ts";
import type { StreamEvent } from "../../../dialect.ts";
import type { InfillRequest } from "./request.ts";
import type { InfillAnswer, InfillPiece, Timings } from "./response.ts";

export interface InfillOptions {
  /** The registered name of the model. */
  model: string;
  body: InfillRequest;
  now: () => Date;
}

/** The text as it comes, then the answer without it; a failure is thrown. */
export async function* toInfillEvents(
  parts: AsyncIterable<ChoicePart>,
  options: InfillOptions,
): AsyncGenerator<StreamEvent> {
  const answer = createAnswer(options);
  for await (const { part } of parts) {
    const text = answer.add(part);
    if (text !== "") yield { data: answer.piece(text) };
    if (answer.isOver) break;
  }
  yield { data: pickFields({ ...answer.build(), content: "" }, options.body.response_fields) };
}

/** The whole answer at once; throws what the parts throw. */
export async function collectInfill(
  parts: AsyncIterable<ChoicePart>,
  options: InfillOptions,
): Promise<object> {
  const answer = createAnswer(options);
  for await (const { part } of parts) {
    answer.add(part);
    if (answer.isOver) break;
  }
  return pickFields(answer.build(), options.body.response_fields);
}

interface End {
  reason: EndReason;
  stop: string | null;
}

function createAnswer({ model, body, now }: InfillOptions) {
  const started = now().getTime();
  const isWarmUp = body.n_predict === 0;
  const limit = body.t_max_predict_ms ?? 0;
  let content = "";
  let firstText: number | null = null;
  let end: End = { reason: "length", stop: null };
  let isOver = false;
  const usage: Usage = { promptTokens: 0, cachedTokens: 0, newTokens: 0, reasoningTokens: 0 };

  function addText(text: string): string {
    const time = now().getTime();
    firstText ??= time;
    if (isWarmUp) return "";
    content += text;
    // Counted for an answer that is left before its end: most pieces are a token.
    usage.newTokens += 1;
    isOver = limit > 0 && time - firstText > limit && content.includes("\n");
    return text;
  }

  return {
    /** Returns what goes out as text. */
    add(part: ChoicePart["part"]): string {
      if (part.type === "text") return addText(part.text);
      if (part.type === "start") {
        const { promptTokens, cachedTokens } = part;
        Object.assign(usage, { promptTokens, cachedTokens });
      }
      if (part.type === "end") {
        end = part;
        Object.assign(usage, part.usage, isWarmUp && { newTokens: 0 });
      }
      return "";
    },
    /** It has taken its time. */
    get isOver() {
      return isOver;
    },
    piece: (text: string): InfillPiece => ({
      index: 0,
      content: text,
      tokens: [],
      id_slot: 0,
      stop: false,
      tokens_predicted: usage.newTokens,
      tokens_evaluated: usage.promptTokens,
    }),
    build: (): InfillAnswer => ({
      index: 0,
      content,
      tokens: [],
      id_slot: 0,
      stop: true,
      model,
      tokens_predicted: usage.newTokens,
      tokens_evaluated: usage.promptTokens,
      has_new_line: content.includes("\n"),
      truncated: false,
      ...toStop(end, body.stop ?? []),
      tokens_cached: usage.promptTokens + usage.newTokens,
      timings: toTimings(usage, { started, firstText: firstText ?? now().getTime(), ended: now().getTime() }),
    }),
  };
}

/** A stop that the client did not ask for is one of the model's own ends. */
function toStop(
  { reason, stop }: End,
  asked: readonly string[],
): Pick<InfillAnswer, "stop_type" | "stopping_word"> {
  if (reason === "length") return { stop_type: "limit", stopping_word: "" };
  const isWord = stop !== null && asked.includes(stop);
  return { stop_type: isWord ? "word" : "eos", stopping_word: isWord ? stop : "" };
}

function toTimings(
  { promptTokens, cachedTokens, newTokens }: Usage,
  { started, firstText, ended }: { started: number; firstText: number; ended: number },
): Timings {
  const computed = promptTokens - cachedTokens;
  const [promptMs, predictedMs] = [firstText - started, ended - firstText];
  const per = (amount: number, unit: number) => (unit > 0 ? amount / unit : 0);
  return {
    cache_n: cachedTokens,
    prompt_n: computed,
    prompt_ms: promptMs,
    prompt_per_token_ms: per(promptMs, computed),
    prompt_per_second: per(computed * 1000, promptMs),
    predicted_n: newTokens,
    predicted_ms: predictedMs,
    predicted_per_token_ms: per(predictedMs, newTokens),
    predicted_per_second: per(newTokens * 1000, predictedMs),
  };
}

/** llama.cpp's `response_fields`: the path of each is its key; what is not there is left out. */
function pickFields(answer: InfillAnswer, fields: readonly string[] | null | undefined): object {
  if (!fields || fields.length === 0) return answer;
  const found = fields.flatMap((path): [string, unknown][] => {
    const value = readPath(answer, path.split("/"));
    return value === undefined ? [] : [[path, value]];
  });
  return Object.fromEntries(found);
}

function readPath(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return readPath(Reflect.get(value, key), rest);
}
