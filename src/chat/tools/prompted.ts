import type { Tool } from "./format.ts";

export interface PlainMessage {
  role: string;
  content: string;
}

/** A call that the assistant made, as the OpenAI API writes it. */
export interface ToolCall {
  id: string;
  function: { name: string; arguments: string };
}

/** A message of a conversation with tools, its content already plain text. */
export interface ToolMessage extends PlainMessage {
  tool_calls?: readonly ToolCall[];
  tool_call_id?: string;
}

/**
 * A conversation with tools for a chat template that knows none: the tools in the system message, calls and results as
 * text in the form of Hermes.
 */
export function toPromptedMessages(messages: readonly ToolMessage[], tools: readonly Tool[]): PlainMessage[] {
  const plain = toPlainMessages(messages);
  if (tools.length === 0) return plain;
  const prompt = toolSystemPrompt(tools);
  const [first, ...others] = plain;
  if (first?.role !== "system") return [{ role: "system", content: prompt }, ...plain];
  return [{ role: "system", content: joinTexts([first.content, prompt], "\n\n") }, ...others];
}

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

/** Calls become text of the assistant, results that follow each other one message of the user. */
function toPlainMessages(messages: readonly ToolMessage[]): PlainMessage[] {
  const plain: PlainMessage[] = [];
  let calls: readonly ToolCall[] = [];
  let results: ToolMessage[] = [];
  for (const message of messages) {
    if (message.role === "tool") {
      results.push(message);
      continue;
    }
    plain.push(...toResultMessages(results, calls));
    results = [];
    if (message.role === "assistant") calls = message.tool_calls ?? [];
    plain.push(message.role === "assistant" ? toCallMessage(message) : toPlain(message));
  }
  return [...plain, ...toResultMessages(results, calls)];
}

function toPlain({ role, content }: ToolMessage): PlainMessage {
  return { role, content };
}

function toCallMessage({ role, content, tool_calls: calls = [] }: ToolMessage): PlainMessage {
  const blocks = calls.map(({ function: { name, arguments: text } }) => {
    const values = text.trim() === "" ? "{}" : toJsonText(text);
    return `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": ${values}}\n</tool_call>`;
  });
  return { role, content: joinTexts([content, ...blocks], "\n") };
}

/** One message with all results, in the order of the calls; each names the tool whose call it answers. */
function toResultMessages(results: readonly ToolMessage[], calls: readonly ToolCall[]): PlainMessage[] {
  if (results.length === 0) return [];
  const order = calls.map(({ id }) => id);
  const place = ({ tool_call_id: id }: ToolMessage) =>
    id !== undefined && order.includes(id) ? order.indexOf(id) : order.length;
  const blocks = results
    .toSorted((one, other) => place(one) - place(other))
    .map((result) => toResult(result, calls[place(result)]));
  return [{ role: "user", content: blocks.join("\n") }];
}

function toResult({ content }: ToolMessage, call: ToolCall | undefined): string {
  const name = call === undefined ? "" : `"name": ${JSON.stringify(call.function.name)}, `;
  return `<tool_response>\n{${name}"content": ${toJsonText(content)}}\n</tool_response>`;
}

/** The text itself if it is JSON, so that nothing is escaped twice; else a JSON string of it. */
function toJsonText(text: string): string {
  try {
    JSON.parse(text);
    return text.trim();
  } catch {
    return JSON.stringify(text);
  }
}

function joinTexts(texts: readonly string[], separator: string): string {
  return texts.filter((text) => text !== "").join(separator);
}
