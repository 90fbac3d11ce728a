import { OvError } from "../../../errors.ts";
import { malformed, quote } from "../../refusal.ts";
import { type InputItem, type PlacedItem, typeOfItem } from "./items.ts";
import type { CreateResponseRequest } from "./request.ts";
import type { Response, StoredItem } from "./response.ts";

/** A response with what it was asked; of a conversation only its own part, `previous_response_id` leads to the rest. */
export interface StoredResponse {
  response: Response;
  input: StoredItem[];
}

/** The stored responses of whoever asks. */
export interface History {
  find(id: string): StoredResponse | undefined;
  all(): StoredResponse[];
}

/** The items of the request itself, references replaced by what they name. Throws `invalid_request`. */
export function toInputItems(input: CreateResponseRequest["input"], history: History): PlacedItem[] {
  if (input === undefined || input === null) return [];
  if (typeof input === "string") return [{ item: { role: "user", content: input }, at: "input" }];
  const isReference = (item: InputItem) => typeOfItem(item) === "item_reference";
  const known = input.some(isReference) ? indexItems(history) : new Map<string, InputItem>();
  return input.map((item, index) => {
    const at = `input[${index}]`;
    return { item: isReference(item) ? findItem(item, at, known) : item, at };
  });
}

/** All stored items by their ids. */
function indexItems(history: History): Map<string, InputItem> {
  const stored = history.all().flatMap(({ response, input }) => [...input, ...response.output]);
  return new Map(stored.map((item) => [item.id, item]));
}

function findItem({ id }: InputItem, at: string, known: ReadonlyMap<string, InputItem>): InputItem {
  const found = known.get(id ?? "");
  if (found) return found;
  const why = `is ${quote(id)}, which is no item of a stored response: send the item itself.`;
  throw malformed(`${at}.id`, why);
}

/** The input and output of all responses that led up to this one. Throws `previous_response_not_found`. */
export function toHistoryItems(previous: string | null | undefined, history: History): PlacedItem[] {
  const chain: InputItem[][] = [];
  for (let id = previous ?? null; id !== null; ) {
    const stored = history.find(id);
    if (!stored) throw notFound(id, id === previous);
    const { response, input } = stored;
    if (response.status === "failed" || response.status === "cancelled") {
      throw malformed(
        "previous_response_id",
        `leads to "${id}", which ${response.status}: go on from another one.`,
      );
    }
    chain.push([...input, ...response.output]);
    id = response.previous_response_id;
  }
  return chain
    .reverse()
    .flat()
    .map((item) => ({ item, at: "previous_response_id" }));
}

function notFound(id: string, isNamed: boolean): OvError {
  const what = isNamed
    ? `Cannot find the previous response ${quote(id)}`
    : `The previous response goes on from ${quote(id)}, which cannot be found`;
  const why = "it was not stored, was deleted, or is forgotten";
  return new OvError(
    "previous_response_not_found",
    { what: `${what}: ${why}`, next: "Send the whole conversation as `input`." },
    { param: "previous_response_id" },
  );
}

/** The items as they are kept and listed: each with an id, a message's text as its parts. */
export function toStoredItems(items: readonly PlacedItem[], newId: () => string): StoredItem[] {
  return items.map(({ item }) => {
    const type = typeOfItem(item) ?? "message";
    const { content, ...rest } = item;
    const isText = type === "message" && typeof content === "string";
    const part =
      item.role === "assistant" ? { type: "output_text", annotations: [] } : { type: "input_text" };
    return {
      ...rest,
      id: item.id || `${type === "message" ? "msg" : "item"}_${newId()}`,
      type,
      status: item.status ?? "completed",
      ...(content !== undefined && { content: isText ? [{ ...part, text: content }] : content }),
    };
  });
}
