import { type Static, Type } from "@sinclair/typebox";

/** What the page reads of the API's answers; a test holds it to the server's own schemas. Extra keys are ignored. */
const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

const text = Type.String();
const number = Type.Number();

export const Model = Type.Object({
  id: text,
  parent: orNull(text),
  state: text,
  device: orNull(text),
  engine: orNull(text),
  context_length: orNull(number),
  task: text,
  weight_format: text,
  pinned: Type.Boolean(),
  memory_bytes: orNull(number),
  running: number,
  waiting: number,
  tokens_per_second: orNull(number),
  capabilities: Type.Array(text),
  meta: Type.Object({ size: orNull(number) }),
});
export const ModelList = Type.Object({ data: Type.Array(Model) });

export const Health = Type.Object({
  status: text,
  reason: orNull(text),
  version: text,
  device: orNull(text),
});

export const RunningRequest = Type.Object({
  id: text,
  path: text,
  client: text,
  key: orNull(text),
  model: text,
  state: text,
  prompt_tokens: orNull(number),
  new_tokens: number,
  seconds: number,
  time_to_first_token: orNull(number),
});
export const HistoryMinute = Type.Object({
  at: number,
  new_tokens: number,
  time_to_first_token: orNull(number),
  most_running: number,
});
export type HistoryMinute = Static<typeof HistoryMinute>;
export const HistoryList = Type.Object({ data: Type.Array(HistoryMinute) });

export const RunningRequestList = Type.Object({ data: Type.Array(RunningRequest) });

export const Pull = Type.Object({
  id: text,
  model: text,
  state: Type.Union(
    (["queued", "running", "done", "failed", "cancelled"] as const).map((state) => Type.Literal(state)),
  ),
  step: orNull(
    Type.Object({
      type: text,
      stage: Type.Optional(text),
      done: Type.Optional(number),
      bytes: Type.Optional(number),
      percent: Type.Optional(orNull(number)),
    }),
  ),
  name: orNull(text),
  error: orNull(Type.Object({ message: text })),
});
export const PullList = Type.Object({ data: Type.Array(Pull) });

const Figures = Type.Object({ first_token_ms: number, tokens_per_second: number });
const Measured = Type.Object({
  figures: Figures,
  judgement: Type.Object({ verdict: text, gain: number, spread: number }),
  difference: orNull(Type.Object({ same_words: number })),
});
const Tried = Type.Object({ label: text, problem: orNull(text), measured: orNull(Measured) });
export type Tried = Static<typeof Tried>;
const Changed = Type.Composite([
  Measured,
  Type.Object({ labels: Type.Array(text), change: Type.Array(text) }),
]);
export const Tuning = Type.Object({
  model: text,
  at: text,
  device: text,
  engine: text,
  size: Type.Object({ prompt_tokens: number, answer_tokens: number }),
  present: Figures,
  noise: number,
  tried: Type.Array(Tried),
  untried: Type.Array(Type.Object({ topic: text, why: text })),
  winner: orNull(Changed),
  unconfirmed: Type.Optional(orNull(Changed)),
  written: Type.Boolean(),
});
export type Tuning = Static<typeof Tuning>;
export const TuningList = Type.Object({ data: Type.Array(Tuning) });

export const Suggestion = Type.Object({
  pull: text,
  model: text,
  task: text,
  good_at: text,
  licence: text,
  gated: Type.Boolean(),
  ready_made: Type.Boolean(),
  download_bytes: number,
  memory_bytes: number,
});
export const SuggestionList = Type.Object({ data: Type.Array(Suggestion) });

/** The events that change what the page shows; all others are only listed. */
export const RequestFinished = Type.Object({
  id: text,
  method: text,
  path: text,
  model: orNull(text),
  status: number,
  new_tokens: orNull(number),
  time_to_first_token: orNull(number),
});
export const PullProgress = Type.Object({ id: text, step: text, percent: orNull(number) });
export const EventData = Type.Record(text, Type.Unknown());

/** A chunk of a streamed chat completion, or the error that ends it. */
export const Chunk = Type.Object({
  choices: Type.Array(
    Type.Object({
      delta: Type.Object({
        content: Type.Optional(orNull(text)),
        reasoning_content: Type.Optional(orNull(text)),
        tool_calls: Type.Optional(
          Type.Array(
            Type.Object({
              index: number,
              id: Type.Optional(text),
              function: Type.Object({ name: Type.Optional(text), arguments: Type.Optional(text) }),
            }),
          ),
        ),
      }),
      finish_reason: orNull(text),
    }),
  ),
  usage: Type.Optional(orNull(Type.Object({ prompt_tokens: number, completion_tokens: number }))),
  timings: Type.Optional(Type.Object({ prompt_ms: number, predicted_per_second: number })),
});
export const ErrorBody = Type.Object({ error: Type.Object({ message: text }) });

export type Model = Static<typeof Model>;
export type Health = Static<typeof Health>;
export type Pull = Static<typeof Pull>;
export type Suggestion = Static<typeof Suggestion>;
export type RunningRequest = Static<typeof RunningRequest>;
export type RequestFinished = Static<typeof RequestFinished>;
export type EventData = Static<typeof EventData>;
export type Chunk = Static<typeof Chunk>;
