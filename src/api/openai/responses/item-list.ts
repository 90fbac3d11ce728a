import { malformed, quote } from "../../refusal.ts";
import type { ItemList, StoredItem } from "./response.ts";

/** A page of these items, the latest first unless the query says `order=asc`. Throws `invalid_request`. */
export function toItemList(
  items: readonly StoredItem[],
  { order, limit, after }: Readonly<Record<string, string | undefined>>,
): ItemList {
  const ordered = order === "asc" ? [...items] : items.toReversed();
  const start = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) {
    throw malformed("after", `is ${quote(after)}, which is no input item of this response.`);
  }
  const end = start + Number(limit ?? 20);
  const data = ordered.slice(start, end);
  return {
    object: "list",
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: end < ordered.length,
  };
}
