import type { RoundTimes } from "./statistics.ts";

export interface ChatLoad {
  host: string;
  port: number;
  model: string;
  prompts: string[];
  maxTokens: number;
}

const contentMark = Buffer.from('"delta":{"content":"');
const endMark = Buffer.from("data: [DONE]");

/** Streams one answer for each prompt, all at once, on plain sockets: it shares the cores with the server, so it is light. */
export async function runLoad({ host, port, model, prompts, maxTokens }: ChatLoad): Promise<RoundTimes> {
  const bodies = prompts.map((prompt) =>
    JSON.stringify({
      model,
      stream: true,
      max_tokens: maxTokens,
      ignore_eos: true,
      temperature: 0,
      messages: [{ role: "user", content: prompt }],
    }),
  );
  const begun = performance.now();
  const times = await Promise.all(bodies.map((body) => streamOne({ host, port, body, begun })));
  return { seconds: (performance.now() - begun) / 1000, times };
}

interface OneStream {
  host: string;
  port: number;
  body: string;
  begun: number;
}

/** The times of an answer's tokens in seconds from `begun`. A mark cut in two by a packet is found with the next one. */
function streamOne({ host, port, body, begun }: OneStream): Promise<number[]> {
  const { promise, resolve, reject } = Promise.withResolvers<number[]>();
  const times: number[] = [];
  let rest: Buffer = Buffer.alloc(0);
  void Bun.connect({
    hostname: host,
    port,
    socket: {
      open(socket) {
        socket.write(
          `POST /v1/chat/completions HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
            `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
        );
      },
      data(socket, chunk) {
        const now = (performance.now() - begun) / 1000;
        const data: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
        let at = data.indexOf(contentMark);
        let end = 0;
        while (at !== -1) {
          times.push(now);
          end = at + contentMark.length;
          at = data.indexOf(contentMark, end);
        }
        if (data.indexOf(endMark, end) !== -1) {
          resolve(times);
          socket.end();
        }
        rest = data.subarray(Math.max(end, data.length - contentMark.length + 1));
      },
      close: () => reject(new Error(`The server closed the connection early: ${rest.toString()}`)),
      error: (_socket, error) => reject(error),
    },
  }).catch(reject);
  return promise;
}
