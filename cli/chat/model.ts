import { type Static, Type } from "@sinclair/typebox";
import { OvError } from "../../src/errors.ts";
import { askServer, type Server } from "../server.ts";
import { type Missing, type ModelCommand, toKnown, toMissing } from "./missing.ts";

const Row = Type.Object({
  id: Type.String(),
  task: Type.String(),
  type: Type.String(),
  loaded: Type.Boolean(),
});
const Rows = Type.Object({ data: Type.Array(Row) });
type Row = Static<typeof Row>;

/** Where a person names models. */
export interface Naming {
  server: Server;
  command: ModelCommand;
  /** The name to take for one that is missing; null: nobody wants what was offered. */
  findOther(missing: Missing): Promise<string | null>;
}

/** The names that the server's requests may use for models that write text, a loaded one first. */
export async function listTalkers(server: Server): Promise<string[]> {
  return toTalkers(await readRows(server));
}

/** What a command line asks, and whom. */
export interface Asked {
  model: string;
  /** Empty: nothing. */
  question: string;
}

/** Whether that command line may have a question, as far as can be seen without the names of the models. */
export function mayAsk([first, ...words]: string[]): boolean {
  return words.join(" ").trim() !== "" || (words.length === 0 && isLikeQuestion(first));
}

const isLikeQuestion = (first = "") => /\s/.test(first) && first.trim() !== "";

/**
 * Reads `[MODEL] [QUESTION…]`. A single word with a space in it that names no model is the question. Without a model: `usual` where the server has it, else
 * a loaded one, else the first. Throws `model_not_found`, `model_required` or `task_unsupported`, and what `findOther` throws.
 */
export async function readAsked(
  naming: Naming,
  [first, ...words]: string[],
  usual: string | null,
): Promise<Asked> {
  const { server } = naming;
  const rows = await readRows(server);
  const isQuestion = (word: string) =>
    words.length === 0 && /\s/.test(word) && findRow(rows, word) === undefined;
  if (first !== undefined && !isQuestion(first)) {
    const model = await choose(naming, rows, first);
    if (model === null) throw missingFrom(naming, rows, first).error;
    return { model, question: words.join(" ") };
  }
  const talkers = toTalkers(rows);
  const model = talkers.find((name) => name === usual) ?? talkers[0];
  if (model !== undefined) return { model, question: first ?? "" };
  throw new OvError("model_required", {
    what: `The server at ${server.url} has no model to chat with`,
    next: 'Get a small one with "ov-llm setup --starter"; "ov-llm catalog" lists others.',
  });
}

/** `asked`, or the one to take for it; null: nobody wants what was offered. Throws as `readAsked`. */
export async function chooseModel(naming: Naming, asked: string): Promise<string | null> {
  return await choose(naming, await readRows(naming.server), asked);
}

async function choose(naming: Naming, rows: Row[], asked: string): Promise<string | null> {
  const row = findRow(rows, asked);
  if (row !== undefined) return requireTalker(row, rows);
  const other = await naming.findOther(missingFrom(naming, rows, asked));
  return other === null ? null : await take(naming.server, other);
}

/** `name`, which was registered or chosen after the question. Throws `task_unsupported`, and where the server reads another registry. */
async function take(server: Server, name: string): Promise<string> {
  const rows = await readRows(server);
  const row = findRow(rows, name);
  if (row !== undefined) return requireTalker(row, rows);
  throw new OvError("model_not_found", {
    what: `The server at ${server.url} does not know ${JSON.stringify(name)}, which is registered here`,
    why: "it reads another registry",
    next: "Compare its OV_REGISTRY_PATH.",
  });
}

function requireTalker({ id, task }: Row, rows: Row[]): string {
  const talkers = toTalkers(rows);
  if (talkers.includes(id)) return id;
  throw new OvError("task_unsupported", {
    what: `Cannot chat with ${JSON.stringify(id)}`,
    why: `its task is ${task}; ${toKnown(talkers)}`,
  });
}

const missingFrom = ({ server, command }: Naming, rows: Row[], asked: string) =>
  toMissing(asked, { talkers: toTalkers(rows), server, command });

async function readRows(server: Server): Promise<Row[]> {
  return (await askServer(server, "/v1/models", Rows, 10)).data;
}

const findRow = (rows: Row[], name: string) => rows.find(({ id }) => id === name);

function toTalkers(rows: Row[]): string[] {
  const talkers = rows.filter(({ type }) => type === "llm" || type === "vlm");
  const ordered = [...talkers.filter(({ loaded }) => loaded), ...talkers.filter(({ loaded }) => !loaded)];
  return ordered.map(({ id }) => id);
}
