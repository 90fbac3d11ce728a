import { type Static, Type } from "@sinclair/typebox";
import { parseReference } from "../../src/convert/pull/reference.ts";
import { OvError } from "../../src/errors.ts";
import { findNearest } from "../../src/nearest.ts";
import { askServer, type Server } from "../server.ts";

const Row = Type.Object({
  id: Type.String(),
  task: Type.String(),
  type: Type.String(),
  loaded: Type.Boolean(),
});
const Rows = Type.Object({ data: Type.Array(Row) });
type Row = Static<typeof Row>;

/** Of the models that an error lists. */
const mostNamed = 10;

/** The names that the server's requests may use for models that write text, a loaded one first. */
export async function listTalkers(server: Server): Promise<string[]> {
  const { data } = await askServer(server, "/v1/models", Rows, 10);
  return toTalkers(data);
}

/** `asked`. Throws `model_not_found` or `task_unsupported`. */
export async function chooseModel(server: Server, asked: string): Promise<string> {
  const { data } = await askServer(server, "/v1/models", Rows, 10);
  return choose(data, asked);
}

/** What a command line asks, and whom. */
export interface Asked {
  model: string;
  /** Empty: nothing. */
  question: string;
}

/** A name that the server does not know. */
export interface Missing {
  asked: string;
  /** Names of its that are near, the nearest first. */
  near: string[];
  /** What is thrown where nobody can be asked. */
  error: OvError;
}

/** Whether that command line may have a question, as far as can be seen without the names of the models. */
export function mayAsk([first, ...words]: string[]): boolean {
  return words.join(" ").trim() !== "" || (words.length === 0 && isLikeQuestion(first));
}

const isLikeQuestion = (first = "") => /\s/.test(first) && first.trim() !== "";

/**
 * Reads `[MODEL] [QUESTION…]`. A single word with a space in it that names no model is the question. Without a model: `usual` where the server has it, else
 * a loaded one, else the first. `findOther` gives the name to take for one that is missing, or throws. Throws `model_not_found`, `model_required` or `task_unsupported`.
 */
export async function readAsked(
  server: Server,
  [first, ...words]: string[],
  usual: string | null,
  findOther: (missing: Missing) => Promise<string>,
): Promise<Asked> {
  const { data } = await askServer(server, "/v1/models", Rows, 10);
  const isQuestion = words.length === 0 && /\s/.test(first ?? "") && !data.some(({ id }) => id === first);
  if (first !== undefined && !isQuestion) {
    const missing = data.some(({ id }) => id === first) ? null : toMissing(first, toTalkers(data));
    const model = missing === null ? choose(data, first) : await take(server, await findOther(missing));
    return { model, question: words.join(" ") };
  }
  const talkers = toTalkers(data);
  const model = talkers.find((name) => name === usual) ?? talkers[0];
  if (model !== undefined) return { model, question: first ?? "" };
  throw new OvError("model_required", {
    what: `The server at ${server.url} has no model to chat with`,
    next: 'Get a small one with "ov-llm setup --starter"; "ov-llm catalog" lists others.',
  });
}

/** `name`, which was registered or chosen after the question. Throws as `choose`, and where the server reads another registry. */
async function take(server: Server, name: string): Promise<string> {
  const { data } = await askServer(server, "/v1/models", Rows, 10);
  if (data.some(({ id }) => id === name)) return choose(data, name);
  throw new OvError("model_not_found", {
    what: `The server at ${server.url} does not know ${JSON.stringify(name)}, which is registered here`,
    why: "it reads another registry",
    next: "Compare its OV_REGISTRY_PATH.",
  });
}

function choose(data: Row[], asked: string): string {
  const talkers = toTalkers(data);
  const found = data.find(({ id }) => id === asked);
  if (found === undefined) throw toMissing(asked, talkers).error;
  if (talkers.includes(asked)) return asked;
  throw new OvError("task_unsupported", {
    what: `Cannot chat with ${JSON.stringify(asked)}`,
    why: `its task is ${found.task}; ${toKnown(talkers)}`,
  });
}

function toTalkers(rows: Row[]): string[] {
  const talkers = rows.filter(({ type }) => type === "llm" || type === "vlm");
  const ordered = [...talkers.filter(({ loaded }) => loaded), ...talkers.filter(({ loaded }) => !loaded)];
  return ordered.map(({ id }) => id);
}

function toMissing(asked: string, talkers: string[]): Missing {
  const near = findNearest(asked, talkers);
  const meant = near.map((name) => JSON.stringify(name));
  const why = near.length > 0 ? `did you mean ${meant.join(" or ")}?` : toKnown(talkers);
  const pull = canBePulled(asked) ? `Get it with "ov-llm pull ${asked}".` : undefined;
  const next = pull ?? (near.length > 0 ? undefined : toNext(asked));
  const what = `Cannot find model ${JSON.stringify(asked)}`;
  const error = new OvError("model_not_found", { what, why, ...(next !== undefined && { next }) });
  return { asked, near, error };
}

/** Whether `ov-llm pull` takes it, with the usual hub. */
function canBePulled(asked: string): boolean {
  try {
    return parseReference(asked, { endpoint: "" }).repo !== "";
  } catch {
    return false;
  }
}

/** What has a space is more likely the question than a model. */
function toNext(asked: string): string {
  if (/\s/.test(asked)) return 'A question comes after the model, as in: ov-llm chat MODEL "Why?"';
  return '"ov-llm list" lists the models, "ov-llm pull" gets one.';
}

function toKnown(talkers: string[]): string {
  if (talkers.length === 0) return "there is no model to chat with";
  const shown = talkers.slice(0, mostNamed).map((name) => JSON.stringify(name));
  return `there is ${shown.join(", ")}${talkers.length > mostNamed ? ", …" : ""}`;
}
