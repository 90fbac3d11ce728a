import type { Tool } from "./format.ts";
import { renderHermesCalls, resultTags } from "./hermes.ts";

const example = renderHermesCalls([{ name: "the name of the tool", arguments: '{"argument": "value"}' }]);

/** Lists the tools and shows how to call one; short, because a model of 135M parameters has to follow it. */
export function toolSystemPrompt(tools: readonly Tool[]): string {
  const lines = tools.map(({ name, description, parameters }) =>
    JSON.stringify({ name, description, parameters }),
  );
  return `You can call tools. Each line here describes one tool:
<tools>
${lines.join("\n")}
</tools>
To call a tool, answer with its name and arguments, like this:
${example}
Use one <tool_call> for each call. The results will come in ${resultTags.open}. If no tool helps, answer without one.`;
}
