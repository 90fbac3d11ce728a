import type { GenerateMessage } from "../../protocol/generate.ts";

export type Grammar = NonNullable<GenerateMessage["grammar"]>;

/** Structural tags as the binding takes them: plain objects (types/utils.d.ts, StructuredOutputConfig). */
export type StructuralTag =
  | { structuralTagType: "Regex" | "EBNF" | "ConstString"; value: string }
  | { structuralTagType: "AnyText" }
  | { structuralTagType: "Concat" | "Union"; elements: StructuralTag[] }
  | TagItem
  | ({ structuralTagType: "TriggeredTags"; triggers: string[] } & TagList)
  | ({ structuralTagType: "TagsWithSeparator"; separator: string } & TagList);

interface TagItem {
  structuralTagType: "Tag";
  begin: string;
  content: StructuralTag;
  end: string;
}

interface TagList {
  tags: TagItem[];
  atLeastOne: boolean;
  stopAfterFirst: boolean;
}

export interface StructuredOutput {
  structural_tags_config: StructuralTag;
}

export function toStructuredOutput(grammar: Grammar): StructuredOutput {
  return { structural_tags_config: toTag(grammar) };
}

function toTag(grammar: Grammar): StructuralTag {
  switch (grammar.type) {
    case "regex":
      return { structuralTagType: "Regex", value: grammar.pattern };
    case "ebnf":
      return { structuralTagType: "EBNF", value: grammar.grammar };
    case "const":
      return { structuralTagType: "ConstString", value: grammar.text };
    case "any_text":
      return { structuralTagType: "AnyText" };
    case "concat":
      return toJoined("Concat", grammar.elements);
    case "union":
      return toJoined("Union", grammar.elements);
    case "tag":
      return toTagItem(grammar);
    case "triggered_tags":
      return { structuralTagType: "TriggeredTags", triggers: grammar.triggers, ...toTagList(grammar) };
    case "tags_with_separator":
      return { structuralTagType: "TagsWithSeparator", separator: grammar.separator, ...toTagList(grammar) };
  }
}

/** The engine refuses to join fewer than two. */
function toJoined(structuralTagType: "Concat" | "Union", elements: Grammar[]): StructuralTag {
  const [only, ...others] = elements;
  if (only !== undefined && others.length === 0) return toTag(only);
  return { structuralTagType, elements: elements.map(toTag) };
}

function toTagItem({ begin, content, end }: Extract<Grammar, { type: "tag" }>): TagItem {
  return { structuralTagType: "Tag", begin, content: toTag(content), end };
}

function toTagList(grammar: Extract<Grammar, { tags: unknown }>): TagList {
  return {
    tags: grammar.tags.map(toTagItem),
    atLeastOne: grammar.at_least_one,
    stopAfterFirst: grammar.stop_after_first,
  };
}
