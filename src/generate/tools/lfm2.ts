import type { RenderCalls, ToolFormat } from "./format.ts";
import { readJsonList } from "./json-list.ts";
import { skipSpace } from "./literal.ts";
import { readPythonicList } from "./llama-pythonic.ts";
import { toPythonicGrammar } from "./pythonic-grammar.ts";
import { createStreamParser, readCallsInText } from "./stream-parser.ts";
import { toMembers } from "./told-arguments.ts";

const open = "<|tool_call_start|>";
const close = "<|tool_call_end|>";

/** As the template of LFM2.5-8B-A1B does it, but for quotes and line breaks in text, which it does not escape. */
const renderCalls: RenderCalls = (calls) => {
  const list = calls.map(({ name, arguments: text }) => {
    const members = toMembers(text) ?? [];
    return `${name}(${members.map(([key, json]) => `${key}=${words[json] ?? json}`).join(", ")})`;
  });
  return `${open}[${list.join(", ")}]${close}`;
};

const words: Record<string, string> = { true: "True", false: "False", null: "None" };

/**
 * Calls as LFM2 and LFM2.5 write them: a Python list of calls between `<|tool_call_start|>` and `<|tool_call_end|>`
 * (chat template of LFM2.5-8B-A1B; docs.liquid.ai, tool use), or, where a system message asks for JSON, a list of
 * objects. The other templates of the family show only how they list the tools.
 */
export const lfm2: ToolFormat = {
  name: "lfm2",
  specialTokens: true,
  markers: [open, close],
  renderCalls,
  matches: (template) =>
    [open, "<|tool_list_start|>", '"List of tools: ['].some((text) => template.includes(text)),
  createParser(tools) {
    const names = new Set(tools.map((tool) => tool.name));
    return createStreamParser((scanner, out) =>
      readCallsInText(scanner, out, [open], function* () {
        const begin = scanner.mark();
        if (yield* readPythonicList(scanner, out, { names, opened: false, closer: close })) return true;
        scanner.reset(begin);
        yield* skipSpace(scanner);
        return yield* readJsonList(scanner, out, names, close);
      }),
    );
  },
  toGrammar: (tools, rules) => toPythonicGrammar(tools, rules, { open, close }),
};
