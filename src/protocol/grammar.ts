/**
 * What the engine is held to while it answers, as a tree: the structural tags of OpenVINO GenAI
 * (StructuredOutputConfig) under the names of XGrammar's documentation. protocol/messages.ts has the same shape.
 */
export type Grammar =
  | { type: "regex"; pattern: string }
  /** GBNF-like EBNF with a rule named `root`. */
  | { type: "ebnf"; grammar: string }
  | { type: "const"; text: string }
  /** Any text; within a tag up to the tag's end. */
  | { type: "any_text" }
  | { type: "concat"; elements: Grammar[] }
  | { type: "union"; elements: Grammar[] }
  | TagGrammar
  /** Free text in which a trigger must go on as one of the tags that begin with it. */
  | {
      type: "triggered_tags";
      triggers: string[];
      tags: TagGrammar[];
      at_least_one: boolean;
      stop_after_first: boolean;
    }
  /** Tags and nothing else, the separator between two of them. */
  | {
      type: "tags_with_separator";
      separator: string;
      tags: TagGrammar[];
      at_least_one: boolean;
      stop_after_first: boolean;
    };

/** `begin`, the content, `end`. */
export interface TagGrammar {
  type: "tag";
  begin: string;
  content: Grammar;
  end: string;
}
