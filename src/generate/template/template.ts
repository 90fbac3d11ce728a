import { OvError } from "../../errors.ts";
import { Budget, type Limits } from "./jinja/budget.ts";
import { type Size, toValue } from "./jinja/convert.ts";
import { createGlobals } from "./jinja/globals.ts";
import { parseTemplate } from "./jinja/parse-template.ts";
import { renderTemplate } from "./jinja/render.ts";
import type { Value } from "./jinja/values.ts";

export interface TemplateSource {
  /** Jinja, as `chat_template` of tokenizer_config.json has it. */
  source: string;
  bosToken: string;
  eosToken: string;
}

export interface RenderInput {
  messages: readonly TemplateMessage[];
  /** OpenAI's tool definitions; null: none. */
  tools: readonly unknown[] | null;
  /** Further variables, such as `enable_thinking`. */
  kwargs: Record<string, unknown>;
  addGenerationPrompt: boolean;
  /** The time of `strftime_now`, in local time. */
  now: Date;
  /** A lower limit of steps than the input would allow; beyond it, the failure's cause is OutOfSteps. */
  steps?: number;
}

/** A message as chat templates take it. */
export interface TemplateMessage {
  role: string;
  content: unknown;
  [key: string]: unknown;
}

export interface ChatTemplate {
  readonly source: string;
  /** The prompt. Throws `chat_template_failed` with the template's own words. */
  render(input: RenderInput): string;
}

/** The longest templates known have 25,000 characters. */
const maxSource = 500_000;
/**
 * A render that goes beyond these fails. Measured: 300,000 steps take 15 to 60 ms, the most that pairs add about a second.
 * Most templates known take up to 25 for each value of a message; six go through all messages for each of them, and take
 * up to 4 for each pair.
 */
const stepsAtLeast = 300_000;
const stepsOfValue = 100;
const stepsOfPair = 8;
const stepsOfPairsAtMost = 16_000_000;
/** Enough to go through each text some hundred times. */
const stepsOfCharacter = 4;
const textAtLeast = 1_000_000;
/** How often the prompt may have what it is given. */
const textOfCharacter = 50;

/**
 * Renders as transformers' `apply_chat_template` does: Jinja2 with trim_blocks, lstrip_blocks, loop controls,
 * `{% generation %}`, the same globals and the same sandbox. Throws `chat_template_failed` if the source is no template.
 */
export function compileTemplate({ source, bosToken, eosToken }: TemplateSource): ChatTemplate {
  const body = guard("The model's chat template cannot be read", () => {
    if (source.length > maxSource) throw new Error(`it is longer than ${maxSource} characters`);
    return parseTemplate(source);
  });

  return {
    source,
    render({ messages, tools, kwargs, addGenerationPrompt, now, steps = Number.POSITIVE_INFINITY }) {
      const globals = createGlobals(now);
      const variables = {
        bos_token: bosToken,
        eos_token: eosToken,
        ...Object.fromEntries(Object.entries(kwargs).filter(([name]) => !globals.has(name))),
        messages,
        tools,
        documents: kwargs.documents ?? null,
        add_generation_prompt: addGenerationPrompt,
      };
      return guard("The model's chat template cannot render these messages", () => {
        const size = { values: 0, characters: source.length };
        const values = Object.entries(variables).map(([name, value]): [string, Value] => [
          name,
          toValue(value, size),
        ]);
        const limits = toLimits(size, messages.length);
        const budget = new Budget({ ...limits, steps: Math.min(limits.steps, steps) });
        return renderTemplate(body, globals, values, budget);
      });
    },
  };
}

function toLimits({ values, characters }: Size, messages: number): Limits {
  const pairs = Math.min(stepsOfPairsAtMost, stepsOfPair * messages ** 2);
  return {
    steps: stepsAtLeast + stepsOfValue * values + stepsOfCharacter * characters + pairs,
    text: textAtLeast + textOfCharacter * characters,
  };
}

function guard<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const reason = toReason(cause);
    throw new OvError("chat_template_failed", `${what}: ${reason}`, { cause });
  }
}

/** JavaScript's message for a stack overflow does not describe the template's fault. */
function toReason(cause: unknown): string {
  if (cause instanceof RangeError) return "it nests too deeply";
  return cause instanceof Error ? cause.message : String(cause);
}
