import { Type } from "@sinclair/typebox";

/**
 * A marker that the daemon has put into a text: the host removes it and tokenizes both sides separately, so that no
 * token spans the place. Only for hosts with the capability `cut_prompts`; no effect on ids.
 */
export const Cut = Type.String({ minLength: 1 });
