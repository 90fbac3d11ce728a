import type { RoundTimes } from "./statistics.ts";

/** Where chats are answered. */
export interface ChatTarget {
  host: string;
  port: number;
  model: string;
}

/** A turn of a conversation. */
export interface Message {
  role: "user" | "assistant" | "system";
  content: string;
}

/** A question, or a conversation that ends in one. */
export type Prompt = string | readonly Message[];

export interface ChatRound extends RoundTimes {
  answers: StreamedAnswer[];
}

export interface StreamedAnswer {
  /** When each piece of text came, in seconds from the start of the round. */
  times: number[];
  /** As the server's own usage says; null: it says nothing. */
  promptTokens: number | null;
  cachedTokens: number | null;
  newTokens: number | null;
}

/** Streams one answer for each prompt, all at once, on plain sockets: it shares the cores with the server, so it is light. */
export async function runLoad(
  target: ChatTarget,
  prompts: Prompt[],
  maxTokens: number,
  /** Further fields of the request. */
  extra: Record<string, unknown> = { ignore_eos: true },
): Promise<ChatRound> {
  const requests = prompts.map((prompt) =>
    renderRequest(target, prompt, { max_tokens: maxTokens, ...extra }),
  );
  const begun = performance.now();
  const answers = await Promise.all(requests.map((request) => streamOne(target, request, begun)));
  return {
    seconds: (performance.now() - begun) / 1000,
    times: answers.map(({ times }) => times),
    tokens: answers.reduce((sum, { newTokens, times }) => sum + (newTokens ?? times.length), 0),
    answers,
  };
}

function renderRequest(
  { host, port, model }: ChatTarget,
  prompt: Prompt,
  extra: Record<string, unknown>,
): string {
  const body = JSON.stringify({
    model,
    stream: true,
    stream_options: { include_usage: true },
    ...extra,
    temperature: 0,
    messages: typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt,
  });
  return (
    `POST /v1/chat/completions HTTP/1.1\r\nhost: ${host}:${port}\r\ncontent-type: application/json\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  );
}

const contentMark = Buffer.from('"content":');
const endMark = Buffer.from("data: [DONE]");

function streamOne({ host, port }: ChatTarget, request: string, begun: number): Promise<StreamedAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<StreamedAnswer>();
  const times: number[] = [];
  let rest: Buffer = Buffer.alloc(0);
  void Bun.connect({
    hostname: host,
    port,
    socket: {
      open: (socket) => void socket.write(request),
      data(socket, chunk) {
        const now = (performance.now() - begun) / 1000;
        const data: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
        const { texts, end } = countTexts(data);
        for (let index = 0; index < texts; index++) times.push(now);
        rest = data.subarray(end);
        if (rest.indexOf(endMark) === -1) return;
        resolve({ times, ...readUsage(rest.toString()) });
        socket.end();
      },
      close: () => reject(new Error(`The server closed the connection early: ${rest.toString()}`)),
      error: (_socket, error) => reject(error),
    },
  }).catch(reject);
  return promise;
}

/** How many pieces of text are in `data`, and where the last of them begins: what is after it, is looked at again. */
function countTexts(data: Buffer): { texts: number; end: number } {
  let texts = 0;
  let end = 0;
  for (let at = data.indexOf(contentMark); at !== -1; at = data.indexOf(contentMark, at + 1)) {
    const value = at + contentMark.length;
    // "" and null come with the role. One space after the colon is how some servers write it.
    const [first, second] = data.subarray(data[value] === 0x20 ? value + 1 : value);
    if (second === undefined) break;
    if (first === 0x22 && second !== 0x22) texts += 1;
    end = value;
  }
  return { texts, end };
}

function readUsage(text: string): Omit<StreamedAnswer, "times"> {
  const read = (key: string) => {
    const [, value] = new RegExp(`"${key}": ?(\\d+)`).exec(text) ?? [];
    return value === undefined ? null : Number(value);
  };
  return {
    promptTokens: read("prompt_tokens"),
    cachedTokens: read("cached_tokens"),
    newTokens: read("completion_tokens"),
  };
}
