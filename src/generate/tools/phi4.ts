import { toCallsGrammar } from "./call-grammar.ts";
import type { ToolFormat } from "./format.ts";
import { createListParser, listTag, renderList } from "./json-list.ts";

const begin = "<|tool_call|>";
const end = "<|/tool_call|>";
const functools = "functools";

/**
 * Phi-4-mini: `<|tool_call|>[{"name": …, "arguments": {…}}, …]<|/tool_call|>` (special tokens of its vocabulary; its
 * template names only `<|tool|>`, around the tools in the system message), or one object without the list (llama.cpp's
 * template for it), or `functools[…]` (vLLM's template for it).
 */
export const phi4: ToolFormat = {
  name: "phi4",
  specialTokens: true,
  markers: [begin, end],
  matches: (template) =>
    (template.includes("<|tool|>") && template.includes("<|/tool|>")) || template.includes(`${functools}[`),
  renderCalls: (calls) => `${begin}${renderList(calls)}${end}`,
  createParser: (tools) => createListParser(tools, [begin, functools], end),
  toGrammar: (tools, rules) =>
    toCallsGrammar(
      [listTag(tools, rules, `${begin}[`, `]${end}`), listTag(tools, rules, `${functools}[`, "]")],
      "",
      [`${begin}[`, `${functools}[`],
      { ...rules, parallel: false },
    ),
};
