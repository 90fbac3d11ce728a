import { toCallsGrammar } from "./call-grammar.ts";
import type { ToolFormat } from "./format.ts";
import { createListParser, listTag, renderList } from "./json-list.ts";

const special = "<|tool_call|>";
const plain = "<tool_call>";

/**
 * Granite 3.x: `<|tool_call|>[{"name": …, "arguments": {…}}, …]` to the end of the answer (system prompt of its chat
 * template; Granite 3.1 also writes `<tool_call>`, see vLLM's documentation of tool calling). Granite 4 has turned to
 * the form of hermes, which its template spells out with `</tool_call>`.
 */
export const granite: ToolFormat = {
  name: "granite",
  specialTokens: true,
  markers: [special],
  matches: (template) =>
    template.includes("<|start_of_role|>") &&
    (template.includes(special) || template.includes("available_tools")) &&
    !template.includes("</tool_call>"),
  renderCalls: (calls) => `${special}${renderList(calls)}`,
  createParser: (tools) => createListParser(tools, [special, plain], ""),
  toGrammar: (tools, rules) =>
    toCallsGrammar(
      [listTag(tools, rules, `${special}[`, "]"), listTag(tools, rules, `${plain}[`, "]")],
      "",
      [`${special}[`, `${plain}[`],
      { ...rules, parallel: false },
    ),
};
