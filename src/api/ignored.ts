import { asksNothing } from "./refusal.ts";

/**
 * Fields that would change the answer elsewhere and do nothing here, by name, each with the values that ask for no more than is
 * done anyway. A refusal would shut out clients that always send them, so a header of the answer names them (`toWarning`).
 */
export type IgnoredFields = Readonly<Record<string, readonly unknown[]>>;

/** Of vLLM and llama.cpp: ways to choose tokens that the engine does not have, and to cut the prompt or the answer. */
export const foreignFields: IgnoredFields = {
  allowed_token_ids: [],
  bad_words: [],
  dry_multiplier: [],
  dynatemp_range: [],
  include_stop_str_in_output: [],
  length_penalty: [1],
  min_tokens: [],
  mirostat: [],
  repeat_penalty: [1],
  stop_token_ids: [],
  truncate_prompt_tokens: [-1],
  typical_p: [1],
  use_beam_search: [],
  xtc_probability: [],
};

/** The fields that asked for something and were ignored, as a sentence; null: none. `prefix`: of their place, as `options.`. */
export function nameIgnored(
  body: Readonly<Record<string, unknown>> | null | undefined,
  fields: IgnoredFields,
  prefix = "",
): string | null {
  const names = Object.entries(body ?? {})
    .filter(([name, value]) => Object.hasOwn(fields, name) && asksMore(value, fields[name]))
    .map(([name]) => `"${prefix}${name}"`);
  return names.length === 0 ? null : `These fields are not served and were ignored: ${names.join(", ")}.`;
}

function asksMore(value: unknown, usual: readonly unknown[] = []): boolean {
  if (asksNothing(value) || usual.includes(value)) return false;
  return typeof value !== "object" || value === null || Object.keys(value).length > 0;
}

/** Tools that were left out, as a sentence; null: none. */
export function nameSkipped(tools: readonly { type: string; at: string }[]): string | null {
  if (tools.length === 0) return null;
  const named = tools.map(({ type, at }) => `${toWord(type)} (${at})`);
  return `Tools that this server does not run were skipped: ${named.join(", ")}.`;
}

/** It goes into a header. */
function toWord(type: string): string {
  return /^[\w.-]{1,64}$/.test(type) ? type : "unknown";
}
