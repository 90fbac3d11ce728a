import type { TagGrammar } from "../../protocol/grammar.ts";
import { toCallsGrammar, toConcat, toUnion } from "./call-grammar.ts";
import type { RenderCalls, Tool, ToolFormat } from "./format.ts";
import { skipSpace } from "./literal.ts";
import { type NamedParameters, readNameAttribute, readNamedParameters } from "./named-parameters.ts";
import { readUntilTag } from "./raw-value.ts";
import type { Reading, Scanner } from "./scanner.ts";
import { toPropertyGrammars } from "./schema-types.ts";
import { createStreamParser, readCallsInText } from "./stream-parser.ts";
import { toMembers, toRawText } from "./told-arguments.ts";

const functionOpen = "<function";
const functionClose = "</function>";
const paramOpen = "<param";
const paramClose = "</param>";
const cdataOpen = "<![CDATA[";
const cdataClose = "]]>";
const followers = [paramOpen, functionClose];

const renderCalls: RenderCalls = (calls) =>
  calls
    .map(({ name, arguments: text }) => {
      const params = (toMembers(text) ?? []).map(
        ([key, json]) => `${paramOpen} name="${key}">${toParamText(json)}${paramClose}`,
      );
      return `${functionOpen} name="${name}">${params.join("")}${functionClose}`;
    })
    .join("\n");

function toParamText(json: string): string {
  const text = toRawText(json);
  return json.startsWith('"') && /[<&\n]/.test(text) ? `${cdataOpen}${text}${cdataClose}` : text;
}

/**
 * Calls as MiniCPM5 writes them: `<function name="f"><param name="p">value</param></function>`, text without quotes or,
 * where it holds `<`, `&` or a line break, in a CDATA block (chat template of openbmb/MiniCPM5-1B). The tags are special
 * tokens of its vocabulary (vLLM's documentation of its parser), but may well be an answer's own text, so none is hidden.
 *
 * The grammar gives params in the schema's order, and holds text as schema-types.ts says.
 */
export const minicpm5: ToolFormat = {
  name: "minicpm5",
  specialTokens: true,
  markers: [],
  renderCalls,
  matches: (template) =>
    [`${functionOpen} name="`, `${paramOpen} name="`].every((tag) => template.includes(tag)),
  createParser(tools) {
    const byName = new Map(tools.map((tool) => [tool.name, tool]));
    return createStreamParser((scanner, out) =>
      readCallsInText(scanner, out, [functionOpen], function* () {
        const tool = byName.get((yield* readNameAttribute(scanner)) ?? "");
        if (tool === undefined) return false;
        out.call(tool.name);
        yield* readNamedParameters(scanner, out, { ...params, tool });
        return true;
      }),
    );
  },
  toGrammar: (tools, rules) => toCallsGrammar(tools.map(toTag), "\n", [`${functionOpen} name="`], rules),
};

function* readParam(scanner: Scanner, give: (text: string) => void): Reading<boolean> {
  const begin = scanner.mark();
  yield* skipSpace(scanner);
  if ((yield* scanner.match(cdataOpen)) === "") {
    scanner.reset(begin);
    return yield* readUntilTag(scanner, give, { tag: paramClose, followers });
  }
  if (!(yield* readUntilTag(scanner, give, { tag: cdataClose, followers: [paramClose] }))) return false;
  yield* skipSpace(scanner);
  yield* scanner.match(paramClose);
  return true;
}

const params: NamedParameters = {
  open: paramOpen,
  close: functionClose,
  followers,
  readValue: readParam,
};

function toTag({ name, parameters }: Tool): TagGrammar {
  const elements = toPropertyGrammars(parameters, (name, content) => {
    const begin = `${paramOpen} name="${name}">`;
    const plain: TagGrammar = { type: "tag", begin, content, end: paramClose };
    if (content.type !== "any_text") return plain;
    // A block goes on behind a param's closing tag, such as one in a comment of C#.
    const block = { ...plain, begin: `${begin}${cdataOpen}`, end: `${cdataClose}${paramClose}` };
    return toUnion([plain, block]);
  });
  return {
    type: "tag",
    begin: `${functionOpen} name="${name}">`,
    content: toConcat(elements),
    end: functionClose,
  };
}
