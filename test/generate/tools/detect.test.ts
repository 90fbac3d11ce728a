import { expect, test } from "bun:test";
import { toToolFormat } from "../../../src/generate/tools/detect.ts";
import { type ToolFormatName, toolFormatNames } from "../../../src/tool-formats.ts";
import { chatTemplates } from "../../helpers/environment.ts";

// What tells the form in models' own templates, as files of llama.cpp's models/templates and vLLM's examples have them.
const templates: [source: string, template: string, format: ToolFormatName][] = [
  [
    "Qwen-Qwen2.5-7B-Instruct.jinja",
    String.raw`{{- "\n</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call><|im_end|>\n" }}`,
    "hermes",
  ],
  [
    "NousResearch-Hermes-3-Llama-3.1-8B-tool_use.jinja",
    `{{- "<tool_call>
" }}
{{- '{"name": <function-name>, "arguments": <args-dict>}
' }}
{{- '</tool_call><|im_end|>
' }}`,
    "hermes",
  ],
  [
    "ibm-granite-granite-4.0.jinja",
    String.raw`{{- '<tool_call>\n{"name": "' }}{{- tool_call.name }}{{- '", "arguments": ' }}{{- tool_call.arguments | tojson }}{{- '}\n</tool_call>' }}`,
    "hermes",
  ],
  [
    "Qwen3-Coder.jinja",
    String.raw`{{- '\n\nIf you choose to call a function ONLY reply in the following format with NO suffix:\n\n<tool_call>\n<function=example_function_name>\n<parameter=example_parameter_1>\nvalue_1\n</parameter>' }}`,
    "qwen3-coder",
  ],
  [
    "Qwen3.5-4B.jinja",
    String.raw`{{- '\n<tool_call>\n<function=' + tool_call.name + '>\n' }}{{- '<parameter=' + args_name + '>\n' }}{{- '\n</parameter>\n' }}`,
    "qwen3-coder",
  ],
  [
    "meta-llama-Llama-3.2-3B-Instruct.jinja",
    `{{- 'Respond in the format {"name": function name, "parameters": dictionary of argument name and its value}.' }}`,
    "llama3-json",
  ],
  [
    "tool_chat_template_llama4_pythonic.jinja",
    String.raw`{{- "\nHere is a list of functions in JSON format that you can invoke. Use exact format: [func_name1(param1=value1, param2=value2), func_name2(...)]\n" }}`,
    "llama-pythonic",
  ],
  [
    "tool_chat_template_llama3.2_pythonic.jinja",
    "{{- 'Respond in the format [func_name1(params_name1=params_value1, params_name2=params_value2...), func_name2(params)] ' }}",
    "llama-pythonic",
  ],
];

test.each(templates)("%s speaks the form that it describes", (_source, template, format) => {
  expect(toToolFormat(template, undefined)?.name).toBe(format);
});

const complete: [file: string, format: ToolFormatName | null][] = [
  ["GLM-4.6", "glm"],
  ["GLM-4.7-Flash", "glm"],
  ["poolside-Laguna-XS.2", "glm"],
  ["inclusionai-ling-3.0-flash", "glm"],
  ["Spark2.5", "glm"],
  ["moonshotai-Kimi-K2", "kimi"],
  ["Kimi-K2-Instruct", "kimi"],
  ["Kimi-K2-Thinking", "kimi"],
  ["Kimi-K3", null],
  ["LFM2-8B-A1B", "lfm2"],
  ["LFM2.5-8B-A1B", "lfm2"],
  ["LFM2.5-Instruct", "lfm2"],
  ["openbmb-MiniCPM5-1B", "minicpm5"],
  ["google-gemma-4-31B-it", "gemma"],
  ["Qwen3.5-4B", "qwen3-coder"],
  ["Qwen-Qwen3-0.6B", "hermes"],
  ["openai-gpt-oss-120b", "harmony"],
  ["MiniMax-M2", null],
  ["tencent-Hy3", null],
  ["CohereForAI-c4ai-command-r7b-12-2024-tool_use", null],
  ["NVIDIA-Nemotron-Nano-v2", null],
];

// Whole templates, of which the tests carry no copy.
test.skipIf(chatTemplates() === undefined).each(complete)(
  "the whole template of %s (needs OV_TEST_CHAT_TEMPLATES)",
  async (file, format) => {
    const source = await Bun.file(`${chatTemplates()}/${file}.jinja`).text();
    expect(toToolFormat(source, undefined)?.name ?? null).toBe(format);
  },
);

const unknown: [source: string, template: string][] = [
  [
    "ByteDance-Seed-OSS.jinja",
    '{{ "\\n<seed:tool_call>\\n<function=" + name + ">\\n<parameter=" + key + ">" }}',
  ],
  [
    "meetkai-functionary-medium-v3.1.jinja",
    '<function=example_function_name>{"example_name": "example_value"}</function>',
  ],
  ["MiniMax-M3.jinja", "{%- set toolcall_begin_token = ns_token ~ '<tool_call>' -%}"],
  ["Llama-2", "{% for message in messages %}[INST] {{ message['content'] }} [/INST]{% endfor %}"],
];

test.each(unknown)("%s speaks no known form", (_source, template) => {
  expect(toToolFormat(template, undefined)).toBeNull();
});

test("the given form wins over the template's, and every name of the registry is a form", () => {
  const [, qwen = ""] = templates[0] ?? [];
  for (const name of toolFormatNames) {
    expect(toToolFormat(qwen, name)?.name).toBe(name);
  }
  expect(new Set(toolFormatNames).size).toBe(toolFormatNames.length);
});
