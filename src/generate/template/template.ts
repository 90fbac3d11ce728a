import { Environment, parse, tokenize } from "@huggingface/jinja";
import { OvError } from "../../errors.ts";
import { TemplateInterpreter } from "./interpreter.ts";
import { findPlaces } from "./nodes.ts";
import { renderTime } from "./strftime.ts";

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
  /** What `strftime_now` returns, in local time. */
  now: Date;
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
/** The library's lexer is quadratic in the length of white space. */
const whiteSpaceRun = /\s{5000}/;
/** As the sandbox of Jinja has it. */
const maxRange = 100_000;

/**
 * Renders as transformers' `apply_chat_template` does: trim_blocks, lstrip_blocks, loop controls,
 * `{% generation %}`, the same globals. Throws `chat_template_failed` if the source is no template.
 */
export function compileTemplate({ source, bosToken, eosToken }: TemplateSource): ChatTemplate {
  const program = guard("The model's chat template cannot be read", () => {
    if (source.length > maxSource) throw new Error(`it is longer than ${maxSource} characters`);
    if (whiteSpaceRun.test(source)) throw new Error("it has 5000 white-space characters in a row");
    return parse(tokenize(withoutGeneration(source), { lstrip_blocks: true, trim_blocks: true }));
  });
  const places = findPlaces(program);

  return {
    source,
    render({ messages, tools, kwargs, addGenerationPrompt, now }) {
      const variables = {
        bos_token: bosToken,
        eos_token: eosToken,
        ...kwargs,
        ...globals(now),
        messages,
        tools,
        documents: kwargs.documents ?? null,
        add_generation_prompt: addGenerationPrompt,
      };
      return guard("The model's chat template cannot render these messages", () =>
        String(new TemplateInterpreter(places).evaluate(program, environmentOf(variables)).value),
      );
    },
  };
}

/**
 * The blocks that transformers adds to mark an assistant's text, as blocks that do nothing: the library cuts them out,
 * and the white space around them comes out otherwise.
 */
function withoutGeneration(source: string): string {
  return source
    .replace(/\{%(-?)\s*generation\s*(-?)%\}/g, "{%$1 if true $2%}")
    .replace(/\{%(-?)\s*endgeneration\s*(-?)%\}/g, "{%$1 endif $2%}");
}

function environmentOf(variables: Record<string, unknown>): Environment {
  const environment = new Environment();
  for (const [name, value] of Object.entries(variables)) {
    if (name !== "namespace") environment.set(name, value);
  }
  return environment;
}

function globals(now: Date): Record<string, unknown> {
  return {
    true: true,
    false: false,
    none: null,
    True: true,
    False: false,
    None: null,
    raise_exception: (message: unknown) => {
      throw new Error(String(message));
    },
    strftime_now: (format: unknown) => renderTime(String(format), now),
    range,
  };
}

/** Python's range, bounded. */
function range(first: unknown, second?: unknown, by: unknown = 1): number[] {
  const [start, stop, step] = [second === undefined ? 0 : Number(first), Number(second ?? first), Number(by)];
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (!(length <= maxRange)) throw new Error(`a range of more than ${maxRange} numbers`);
  return Array.from({ length }, (_, index) => start + index * step);
}

function guard<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OvError("chat_template_failed", `${what}: ${reason}`, { cause });
  }
}
