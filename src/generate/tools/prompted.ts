import type { Tool } from "./format.ts";

/** Says which tools there are and how to call one; short, as a model of 135M parameters has to follow it. */
export function toolSystemPrompt(tools: readonly Tool[]): string {
  const lines = tools.map(({ name, description, parameters }) =>
    JSON.stringify({ name, description, parameters }),
  );
  return `You can call tools. Each line here describes one tool:
<tools>
${lines.join("\n")}
</tools>
To call a tool, answer with its name and arguments, like this:
<tool_call>
{"name": "the name of the tool", "arguments": {"argument": "value"}}
</tool_call>
Use one <tool_call> for each call. The results will come in <tool_response>. If no tool helps, answer without one.`;
}
