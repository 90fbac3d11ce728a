import { describe, test } from "bun:test";
import fc from "fast-check";
import { probeTemplate } from "../../../src/generate/template/probe.ts";
import { findReasoningTags } from "../../../src/generate/template/reasoning-tags.ts";
import { compileTemplate } from "../../../src/generate/template/template.ts";
import { toToolFormat } from "../../../src/generate/tools/detect.ts";
import { ended, readOrRefuse, runsOf, textOf } from "./fuzz.ts";

const names = [
  "messages",
  "message",
  "tools",
  "bos_token",
  "loop",
  "loop.index",
  "x",
  "ns",
  "nowhere",
  "true",
  "none",
  "[1, 2]",
  "{'a': x}",
  "'é👍'",
  '"%s"',
  "3",
  "2.5",
  "-1",
  "10**9",
  "'a' * 9",
  "(1, 2)",
];
const filters = [
  "length",
  "tojson",
  "trim",
  "upper",
  "join(',')",
  "first",
  "last",
  "list",
  "items",
  "map(attribute='role')",
  "selectattr('role', 'equalto', 'user')",
  "batch(2)",
  "groupby('role')",
  "default('d')",
  "replace('a', 'b')",
  "indent(4)",
  "sort",
  "sum",
  "round(2)",
  "int",
  "string",
  "reverse",
  "unique",
  "truncate(5)",
  "center(9999999)",
  "wordwrap(2)",
  "format(1)",
  "safe",
  "nothing",
];
const tests = [
  "defined",
  "string",
  "mapping",
  "iterable",
  "none",
  "even",
  "divisibleby(0)",
  "in messages",
  "sameas x",
  "nothing",
];
const methods = [
  ".split(' ')",
  ".strip()",
  ".startswith('a')",
  ".items()",
  ".get('role')",
  ".append(1)",
  "[0]",
  "[-1:]",
  "[::0]",
  "['content']",
  ".content",
  ".role",
  ".__class__",
  ".format(1)",
  ".encode()",
  "()",
  ".join(messages)",
  ".update({'a': 1})",
];
const operators = [
  " + ",
  " ~ ",
  " == ",
  " in ",
  " not in ",
  " and ",
  " or ",
  " // ",
  " % ",
  " ** ",
  " * ",
  " if x else ",
  " < ",
];

const expression = fc
  .tuple(
    fc.constantFrom(...names),
    fc.array(
      fc.constantFrom(
        ...methods,
        ...filters.map((name) => ` | ${name}`),
        ...tests.map((name) => ` is ${name}`),
        ...operators.flatMap((sign) => names.map((name) => sign + name)),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([first, rest]) => first + rest.join(""));

const { body } = fc.letrec<{ body: string; part: string }>((tie) => ({
  body: fc.array(tie("part"), { maxLength: 5 }).map((parts) => parts.join("")),
  part: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(
      "text ",
      "\n",
      "  ",
      "{#- note #}",
      "{{- ",
      "%}",
      "{% raw %}{{ x }}{% endraw %}",
      "<think>",
      "</think>",
    ),
    expression.map((text) => `{{ ${text} }}`),
    expression.map((text) => `{%- set x = ${text} -%}`),
    expression.map((text) => `{% set ns = namespace(x=${text}) %}{% set ns.x = ns.x + 1 %}`),
    fc
      .tuple(expression, tie("body"))
      .map(
        ([text, inner]) =>
          `{% for message in ${text} recursive %}${inner}{{ loop(messages) }}{% else %}none{% endfor %}`,
      ),
    fc
      .tuple(expression, tie("body"))
      .map(([text, inner]) => `{% for x, y in ${text} if x %}${inner}{% break %}{% endfor %}`),
    fc
      .tuple(expression, tie("body"))
      .map(
        ([text, inner]) =>
          `{% for x in range(3) %}{% if ${text} %}${inner}{% else %}{{ x }}{% endif %}{% endfor %}`,
      ),
    tie("body").map((inner) => `{% macro m(x, y=2) %}${inner}{% endmacro %}{{ m(1) }}{{ m(x=m) }}`),
    tie("body").map((inner) => `{% call m(1) %}${inner}{% endcall %}`),
    tie("body").map((inner) => `{% filter upper %}${inner}{% endfilter %}`),
    expression.map((text) => `{{ raise_exception(${text}) }}`),
    expression.map((text) => `{{ strftime_now(${text}) }}{{ range(${text}) | list }}`),
  ),
}));

const soup = textOf(
  [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "-",
    "for ",
    "if ",
    "in ",
    "endfor",
    "endif",
    "set ",
    "macro ",
    "'",
    '"',
    "(",
    ")",
    "[",
    "]",
    "|",
    ".",
    "x",
    " ",
    "1e999",
    "\\",
    "raw",
    "endraw",
    "generation",
  ],
  30,
);

const messages = [
  { role: "system", content: "S" },
  { role: "user", content: "Hi a b" },
  {
    role: "assistant",
    content: null,
    tool_calls: [{ type: "function", function: { name: "f", arguments: { a: [1, null] } } }],
  },
  { role: "tool", content: "42", tool_call_id: "1" },
];

describe.each([
  ["sentences", body, 700],
  ["pieces", soup, 700],
])("a chat template of %s", (_, source, runs) => {
  test("renders or fails by our error, and its trial ends", () => {
    fc.assert(
      fc.property(source, fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }), (text, kwargs) => {
        ended(() => findReasoningTags(text));
        ended(() => toToolFormat(text, undefined));
        const template = readOrRefuse(() =>
          compileTemplate({ source: text, bosToken: "<s>", eosToken: "</s>" }),
        );
        if (template === null) return;
        const input = { messages, tools: null, kwargs, addGenerationPrompt: true, now: new Date(0) };
        readOrRefuse(() => template.render(input));
        readOrRefuse(() => probeTemplate(template));
      }),
      runsOf(runs),
    );
  });
});
