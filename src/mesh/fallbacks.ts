import { OvError } from "../errors.ts";
import { findNearest } from "../nearest.ts";

/** The model that answers when no box can. */
export interface Fallback {
  /** Null: every model that chats. */
  from: string | null;
  /** A name on the boxes, or LiteLLM's name of a model elsewhere, as `openai/gpt-4o`. */
  to: string;
}

/** `MODEL` or `NAME=MODEL`, where the boxes have these names. Throws `invalid_setting`. */
export function parseFallbacks(texts: readonly string[], names: readonly string[]): Fallback[] {
  return texts.map((text) => {
    const at = text.indexOf("=");
    const from = at < 0 ? null : text.slice(0, at);
    const to = text.slice(at + 1);
    if (from !== null && !names.includes(from)) throw unknown(text, from, names);
    if (!names.includes(to) && !/^[\w.-]+\/\S+$/.test(to)) throw unknown(text, to, names);
    return { from, to };
  });
}

function unknown(text: string, name: string, names: readonly string[]): OvError {
  const [near] = findNearest(name, names);
  const guess = near === undefined ? "" : ` Did you mean ${JSON.stringify(near)}?`;
  return new OvError(
    "invalid_setting",
    {
      what: `Cannot use the fallback ${JSON.stringify(text)}`,
      why: `no box that answers has a model ${JSON.stringify(name)}`,
      next: `Name one of theirs, or for a model elsewhere its provider, too, as in openai/gpt-4o.${guess}`,
    },
    { param: "--fallback" },
  );
}
