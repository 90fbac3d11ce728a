import type { TagGrammar } from "../../protocol/grammar.ts";
import { toCallsGrammar } from "./call-grammar.ts";
import type { Tool, ToolFormat } from "./format.ts";
import { readJsonCall } from "./json-call.ts";
import { createStreamParser, readCallsInText } from "./stream-parser.ts";

const open = "<tool_call>";
const close = "</tool_call>";

/**
 * Calls as Hermes 2 Pro has brought them up and Qwen 2.5 and 3 write them: a JSON object between tags
 * (github.com/NousResearch/Hermes-Function-Calling). The last closing tag may be missing.
 */
export const hermes: ToolFormat = {
  name: "hermes",
  specialTokens: false,
  // Others write other things than JSON between these tags: GLM, Qwen3-Coder, MiniMax.
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
  toGrammar: (tools, rules) => toCallsGrammar(tools.map(toTag), "\n", [open], rules),
};

function toTag({ name, grammar }: Tool): TagGrammar {
  return {
    type: "tag",
    begin: `${open}\n{"name": ${JSON.stringify(name)}, "arguments": `,
    content: grammar,
    end: `}\n${close}`,
  };
}
