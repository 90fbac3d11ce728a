import type { TagGrammar } from "../../protocol/grammar.ts";
import { toCallsGrammar } from "./call-grammar.ts";
import type { RenderCalls, Tool, ToolFormat } from "./format.ts";
import { readJsonCall } from "./json-call.ts";
import { createStreamParser, readCallsInText } from "./stream-parser.ts";

const open = "<tool_call>";
const close = "</tool_call>";

/** What stands in a call before its arguments, and after them. */
const head = (name: string) => `${open}\n{"name": ${JSON.stringify(name)}, "arguments": `;
const tail = `}\n${close}`;

/** Calls as an assistant writes them, for prompts. It is the form that most models have seen. */
export const renderHermesCalls: RenderCalls = (calls) =>
  calls.map(({ name, arguments: args }) => `${head(name)}${args}${tail}`).join("\n");

/** The tags that a tool's result stands between, in a prompt whose template does not know results. */
export const resultTags = { open: "<tool_response>", close: "</tool_response>" } as const;

/**
 * Calls as Hermes 2 Pro introduced them and Qwen 2.5 and 3 write them: a JSON object between tags
 * (github.com/NousResearch/Hermes-Function-Calling). The last closing tag may be missing.
 */
export const hermes: ToolFormat = {
  name: "hermes",
  specialTokens: false,
  markers: [],
  // GLM, Qwen3-Coder and MiniMax write something other than JSON between these tags.
  matches: (template) => template.includes(open) && /\\?"arguments\\?":/.test(template),
  createParser(tools) {
    const names = new Set(tools.map((tool) => tool.name));
    return createStreamParser((scanner, out) =>
      readCallsInText(scanner, out, [open], function* () {
        if (!(yield* readJsonCall(scanner, out, names, close))) return false;
        yield* scanner.match(close);
        return true;
      }),
    );
  },
  toGrammar: (tools, rules) => toCallsGrammar(tools.map(toTag), "\n", [`${open}\n{`], rules),
};

function toTag({ name, grammar }: Tool): TagGrammar {
  return { type: "tag", begin: head(name), content: grammar, end: tail };
}
