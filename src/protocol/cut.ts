import { Type } from "@sinclair/typebox";

/**
 * A text that the daemon has put into a text: the host takes it out, and tokenizes what is left on both sides apart, so that no
 * token spans the place. Only for hosts with the capability `cut_prompts`; of no effect on ids.
 */
export const Cut = Type.String({ minLength: 1 });
