import { Type } from "@sinclair/typebox";
import { malformed } from "../refusal.ts";

/** The most tokens of an answer; -1, as llama.cpp and its clients have it: no limit but the server's. */
export const TokenLimit = Type.Integer({
  minimum: -1,
  description: "1 or more; -1: the server's own limit",
});

/** null: no limit of the request's own. Throws `invalid_request` for 0. */
export function toTokenLimit(limit: number, field: string): number | null {
  if (limit === 0) throw malformed(field, "is 0: it must be 1 or more, or -1 for no limit of its own.");
  return limit === -1 ? null : limit;
}
