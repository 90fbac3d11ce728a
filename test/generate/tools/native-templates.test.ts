import { expect, test } from "bun:test";
import { deepseek } from "../../../src/generate/tools/deepseek.ts";
import { gemma } from "../../../src/generate/tools/gemma.ts";
import { glm } from "../../../src/generate/tools/glm.ts";
import { granite } from "../../../src/generate/tools/granite.ts";
import { harmony } from "../../../src/generate/tools/harmony.ts";
import { kimi } from "../../../src/generate/tools/kimi.ts";
import { lfm2 } from "../../../src/generate/tools/lfm2.ts";
import { minicpm5 } from "../../../src/generate/tools/minicpm5.ts";
import { mistral } from "../../../src/generate/tools/mistral.ts";
import { onyx } from "../../../src/generate/tools/onyx.ts";
import { phi4 } from "../../../src/generate/tools/phi4.ts";
import type { ToolFormatName } from "../../../src/tool-formats.ts";

const formats = [mistral, phi4, granite, deepseek, harmony, gemma, glm, kimi, lfm2, minicpm5, onyx];

/** The lines of the models' chat templates that write calls or tell the model how to. */
const templates: [model: string, template: string, format: ToolFormatName | undefined][] = [
  [
    "Mistral 7B Instruct v0.3",
    `{{- "[TOOL_CALLS] [" }}{%- set out = tool_call.function|tojson %}`,
    "mistral",
  ],
  ["Ministral 3", "{{- '[TOOL_CALLS]' + tool['function']['name'] + '[ARGS]' + arguments }}", "mistral"],
  ["Mistral 7B Instruct v0.1", "{{ '[INST] ' + message['content'] + ' [/INST]' }}", undefined],
  [
    "Phi-4-mini",
    "{{ '<|' + message['role'] + '|>' + message['content'] + '<|tool|>' + message['tools'] + '<|/tool|>' + '<|end|>' }}",
    "phi4",
  ],
  [
    "Phi-4-mini, llama.cpp's",
    "{{- '<|tool|>' + (tool['function'] | tojson) + '<|/tool|>' -}}{{- '<|tool_call|>' + (tool_call['function'] | tojson) + '<|/tool_call|>' -}}",
    "phi4",
  ],
  [
    "Phi-4-mini, vLLM's",
    'formatted as functools[{"name": [function name], "arguments": [as JSON]}, ...]',
    "phi4",
  ],
  ["Phi-3", "{{'<|user|>' + '\\n' + message['content'] + '<|end|>' + '\\n' + '<|assistant|>'}}", undefined],
  [
    "Granite 3.3",
    "{%- set available_tools = tools -%}respond only with <|tool_call|> followed by a JSON list of tools used. {{- '<|start_of_role|>' + message['role'] + '<|end_of_role|>' }}",
    "granite",
  ],
  [
    "Granite 4",
    "a json object within <tool_call></tool_call> XML tags:\\n<tool_call>\\n{\\\"name\\\": <function-name>}\\n</tool_call>. {%- set available_tools %}{{ '<|start_of_role|>assistant<|end_of_role|>' }}",
    undefined,
  ],
  [
    "DeepSeek R1",
    "{{'<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>' + tool['type'] + '<｜tool▁sep｜>' + tool['function']['name'] + '\\n' + '```json'}}",
    "deepseek",
  ],
  [
    "DeepSeek V3.1",
    "{{'<｜tool▁call▁begin｜>'+ tool['function']['name'] + '<｜tool▁sep｜>' + tool['function']['arguments'] + '<｜tool▁call▁end｜>'}}",
    "deepseek",
  ],
  ["DeepSeek LLM", "{{ 'User: ' + message['content'] + '\\n\\n' }}{{ '<｜end▁of▁sentence｜>' }}", undefined],
  [
    "gpt-oss",
    `{{- "<|start|>assistant to=" }}{{- "functions." + tool_call.name + "<|channel|>commentary " }}{{- "<|message|>" }}`,
    "harmony",
  ],
  [
    "Onyx",
    `{{- '<atem:function_calls>\\n<atem:invoke name="' + tc.function.name + '">' }}{{- '<|start|>assistant to=self<|message|>' }}`,
    "onyx",
  ],
  [
    "Gemma 4",
    "{{- '<|tool_call>call:' + function['name'] + '{' -}}{{- '<|channel>thought\\n<channel|>' -}}",
    "gemma",
  ],
  ["FunctionGemma", "{{-  '<start_function_call>call:' + function['name'] + '{' -}}", "gemma"],
  [
    "Gemma 3",
    "{{ '<start_of_turn>' + role + '\\n' + (first_user_prefix if loop.first else '') }}",
    undefined,
  ],
  [
    "GLM-4.6",
    "{{ '\\n<tool_call>' + tc.name }}\n<arg_key>{{ k }}</arg_key>\n<arg_value>{{ v }}</arg_value>\n</tool_call>",
    "glm",
  ],
  [
    "Kimi K2",
    "<|tool_calls_section_begin|><|tool_call_begin|>{{ formatted_id }}<|tool_call_argument_begin|>{{ arguments }}<|tool_call_end|>",
    "kimi",
  ],
  ["LFM2", `{%- set ns.system_prompt = ns.system_prompt + "List of tools: <|tool_list_start|>[" -%}`, "lfm2"],
  ["LFM2.5", `{%- set ns.system_prompt = ns.system_prompt + "List of tools: [" -%}`, "lfm2"],
  [
    "MiniCPM5",
    `{{- '<function name="' ~ tool_call.name ~ '">' }}{{- '<param name="' ~ param_name ~ '">' }}`,
    "minicpm5",
  ],
  [
    "Qwen 2.5",
    `return a json object within <tool_call></tool_call> XML tags: {{- '<|im_start|>' }}`,
    undefined,
  ],
  [
    "Qwen3-Coder",
    "<tool_call>\\n<function=example_function_name>\\n<parameter=example_parameter_1>",
    undefined,
  ],
  [
    "Llama 3.1",
    `Respond in the format {"name": function name, "parameters": ...}. <|python_tag|>`,
    undefined,
  ],
  ["Command R7B", '<|START_ACTION|>[{"tool_call_id": "0", "tool_name": ...}]<|END_ACTION|>', undefined],
];

test.each(templates)("the template of %s", (_model, template, format) => {
  expect(formats.filter((each) => each.matches(template)).map(({ name }) => name)).toEqual(
    format === undefined ? [] : [format],
  );
});
