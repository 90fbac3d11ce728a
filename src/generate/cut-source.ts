import { OvError } from "../errors.ts";
import type { ControlTokens } from "./control-tokens.ts";
import type { TextModel } from "./model.ts";
import type { PromptSource } from "./prompt-source.ts";
import type { AnsweredCall, Round } from "./rounds.ts";
import { JsonNumber } from "./template/json-numbers.ts";

/** A text that the engine must cut at each `cut`; null: nowhere. */
export interface CutText {
  text: string;
  cut: string | null;
}

/**
 * The source with its marker within each control token of what the client passes on from others: all but the system messages,
 * which are its own words. In an assistant's message the tags of its reasoning stay, which templates look for. `cut`: the
 * marker; null: no such token is in it. Throws `invalid_request` where there is one that the engine cannot encode as text.
 */
export function cutSource(
  source: PromptSource,
  model: TextModel,
): { source: PromptSource; cut: string | null } {
  const { marker, request } = source;
  if (marker === null) return { source, cut: null };
  const cutter = createCutter(marker, model, request.conversation.at);
  const { all, assistant } = cutter;
  const cutTools = source.tools.tools.map(({ name, description, parameters, grammar }) => ({
    name: all(name),
    ...(description !== undefined && { description: all(description) }),
    parameters: cutRecord(parameters, all),
    grammar,
  }));
  const cut: PromptSource = {
    ...source,
    request: { ...request, templateVariables: cutRecord(request.templateVariables, all) },
    rounds: source.rounds.map((round) => cutRound(round, { all, assistant })),
    tools: { ...source.tools, tools: cutTools },
  };
  return { source: cut, cut: cutter.used ? marker : null };
}

/** The model's own text as part of a prompt. Unchanged if the engine cannot cut. */
export function cutAnswer(text: string, marker: string | null, model: TextModel): CutText {
  if (marker === null || model.control === null || !model.control.canCut) return { text, cut: null };
  const marked = model.control.assistant.cut(text, marker);
  return { text: marked, cut: marked === text ? null : marker };
}

type Cut = (text: string) => string;

/** Refuses what it would have to cut for an engine that cannot. */
function createCutter(marker: string, { control, facts }: TextModel, param: string) {
  let used = false;
  const cutWith = (tokens: ControlTokens | undefined) => (text: string) => {
    if (tokens === undefined) throw unknownTokens(facts.engine, param);
    const marked = tokens.cut(text, marker);
    if (marked === text) return text;
    if (!control?.canCut) throw cannotCut(tokens.find(text) ?? "", param);
    used = true;
    return marked;
  };
  return {
    all: cutWith(control?.all),
    assistant: cutWith(control?.assistant),
    get used() {
      return used;
    },
  };
}

function cutRound(round: Round, { all, assistant }: { all: Cut; assistant: Cut }): Round {
  const { role, text, name, reasoning, calls } = round;
  const cutText = { system: (own: string) => own, user: all, assistant }[role];
  return {
    role,
    name: name === null ? null : all(name),
    text: cutText(text),
    reasoning: reasoning === null ? null : all(reasoning),
    calls: calls.map((call) => cutCall(call, all)),
  };
}

function cutCall({ id, name, arguments: text, result }: AnsweredCall, cut: Cut): AnsweredCall {
  return {
    id: id === null ? null : cut(id),
    name: cut(name),
    arguments: cutJson(text, cut),
    result: result === null ? null : cut(result),
  };
}

/** JSON text, whose strings a template may decode: a control token may be hidden in escapes. */
function cutJson(text: string, cut: Cut): string {
  const plain = text.replace(/\\(?:u([0-9a-fA-F]{4})|.)/gs, (written: string, code: string | undefined) => {
    if (written === "\\/") return "/";
    const character = code === undefined ? "" : String.fromCharCode(Number.parseInt(code, 16));
    return /^[^\p{C}"\\]$/u.test(character) ? character : written;
  });
  const marked = cut(plain);
  return marked === plain ? text : marked;
}

/** Every string in a value of JSON, keys included. */
function cutRecord(record: Record<string, unknown>, cut: Cut): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [cut(key), cutValue(value, cut)]));
}

function cutValue(value: unknown, cut: Cut): unknown {
  if (typeof value === "string") return cut(value);
  if (Array.isArray(value)) return value.map((item) => cutValue(item, cut));
  if (typeof value !== "object" || value === null || value instanceof JsonNumber) return value;
  return cutRecord({ ...value }, cut);
}

function cannotCut(token: string, param: string): OvError {
  return new OvError(
    "invalid_request",
    {
      what: `The messages contain ${JSON.stringify(token)}, a control token of this model`,
      why: "its engine or tokenizer cannot encode that as text, as OV_SPECIAL_TOKENS=text demands",
      next: "Remove it, or use another model.",
    },
    { param },
  );
}

function unknownTokens(engine: string, param: string): OvError {
  return new OvError(
    "invalid_request",
    {
      what: `The engine "${engine}" does not report this model's control tokens`,
      why: "OV_SPECIAL_TOKENS=text demands that none of them stands in the messages",
      next: "Set OV_SPECIAL_TOKENS=control, or run the model on another engine.",
    },
    { param },
  );
}
