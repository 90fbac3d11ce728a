import type { Grammar, TagGrammar } from "../../protocol/grammar.ts";
import { toUnion } from "./call-grammar.ts";
import type { CallRules, Tool } from "./format.ts";
import { schemaTag } from "./json-list.ts";

export const start = "<|start|>";
export const channel = "<|channel|>";
export const message = "<|message|>";
export const constrain = "<|constrain|>";
/** `<|call|>` and `<|return|>` end the answer: an engine may leave them out of the text. */
export const ends = ["<|end|>", "<|call|>", "<|return|>"];

const answers = ["analysis", "commentary", "final"];

/** An answer of messages, in which a call is one of these tools' and valid. */
export function toHarmonyGrammar(tools: readonly Tool[], { required }: CallRules): Grammar {
  const first = tools.flatMap((tool) => [inChannel(tool, ""), inRole(tool, "")]);
  const later = tools.flatMap((tool) => [
    inChannel(tool, `${start}assistant`),
    inRole(tool, `${start}assistant`),
  ]);
  if (required) return toUnion([{ type: "concat", elements: [thinking, toUnion(first)] }, toUnion(first)]);
  const free = answers.map((name): Grammar => ({ type: "const", text: `${channel}${name}${message}` }));
  return toUnion([once(first), { type: "concat", elements: [toUnion(free), triggered(later)] }]);
}

const thinking: TagGrammar = {
  type: "tag",
  begin: `${channel}analysis${message}`,
  content: { type: "any_text" },
  end: `<|end|>${start}assistant`,
};

/** `<|call|>` is no part of the tags: it ends the answer, and the engine lets no such token stand for its text. */
function inChannel(tool: Tool, before: string): TagGrammar {
  return schemaTag(
    `${before}${channel}commentary to=functions.${tool.name} ${constrain}json${message}`,
    tool,
    "",
  );
}

function inRole(tool: Tool, before: string): TagGrammar {
  return schemaTag(`${before} to=functions.${tool.name}${channel}commentary json${message}`, tool, "");
}

/** The engine wants all members of a union to be of open length, or none; this makes one of them of open length. */
function once(tags: TagGrammar[]): Grammar {
  return { type: "tags_with_separator", separator: "\n", tags, at_least_one: true, stop_after_first: true };
}

function triggered(tags: TagGrammar[]): Grammar {
  const triggers = [`${start}assistant${channel}commentary to=`, `${start}assistant to=`];
  return { type: "triggered_tags", triggers, tags, at_least_one: false, stop_after_first: true };
}
