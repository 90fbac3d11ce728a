/** What the playground shows of a conversation. */
export interface UserTurn {
  role: "user";
  text: string;
  pictures: readonly Picture[];
}

export interface Picture {
  name: string;
  file: Blob;
  /** The file as a `data:` URL. */
  url: string;
}

export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
  /** Undefined until it has been run. */
  result?: string;
}

export interface AssistantTurn {
  role: "assistant";
  /** Each answer of the model: one, and one more after each round of calls. */
  rounds: readonly Round[];
  state: "writing" | "done" | "stopped" | "failed";
  /** Why it failed, or why it ended early. */
  note: string | null;
  figures: Figures | null;
}

export interface Round {
  reasoning: string;
  text: string;
  calls: readonly ToolCall[];
}

export interface Figures {
  promptTokens: number;
  newTokens: number;
  tokensPerSecond: number | null;
  promptMs: number | null;
}

export type Turn = UserTurn | AssistantTurn;

/** A message of POST /v1/chat/completions. */
export interface Message {
  role: "system" | "user" | "assistant" | "tool";
  content: string | MessagePart[] | null;
  tool_calls?: { id: string; type: "function"; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}

export type MessagePart = { type: "text"; text: string } | { type: "image_url"; image_url: { url: string } };

export const emptyRound: Round = { reasoning: "", text: "", calls: [] };

/** The messages that a model gets of the conversation; a thought is not among them. */
export function toMessages(system: string, turns: readonly Turn[]): Message[] {
  const first: Message[] = system.trim() === "" ? [] : [{ role: "system", content: system }];
  return [
    ...first,
    ...turns.flatMap((turn) =>
      turn.role === "user" ? toUserMessage(turn) : turn.rounds.flatMap(toRoundMessages),
    ),
  ];
}

/** Pictures first: models follow what they read last. */
function toUserMessage({ text, pictures }: UserTurn): Message[] {
  if (pictures.length === 0) return [{ role: "user", content: text }];
  const shown = pictures.map(({ url }) => ({ type: "image_url" as const, image_url: { url } }));
  return [{ role: "user", content: [...shown, { type: "text", text }] }];
}

function toRoundMessages({ text, calls }: Round): Message[] {
  if (calls.length === 0) return text === "" ? [] : [{ role: "assistant", content: text }];
  const toolCalls = calls.map(({ id, name, arguments: given }) => ({
    id,
    type: "function" as const,
    function: { name, arguments: given },
  }));
  const results = calls.map(
    ({ id, result = "It was not run." }): Message => ({ role: "tool", tool_call_id: id, content: result }),
  );
  return [{ role: "assistant", content: text === "" ? null : text, tool_calls: toolCalls }, ...results];
}
