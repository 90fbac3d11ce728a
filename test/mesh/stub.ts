import type { Box } from "../../src/mesh/boxes.ts";

/** Answers as a box does, without an engine. */
export interface StubBox {
  box: Box;
  /** How it answers: in full, as one whose queue is full, or as one that stops. */
  mode: "serving" | "busy" | "stopping";
  /** Closes its port and all connections. */
  kill(): void;
  /** Opens the port again. */
  start(): void;
  stop(): void;
}

const answer = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "smol",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};

export function startStub(name: string): StubBox {
  const serve = (port: number) => Bun.serve({ hostname: "127.0.0.1", port, fetch: () => respond() });
  let server = serve(0);
  const port = server.port ?? 0;
  const url = `http://127.0.0.1:${port}`;

  async function respond(): Promise<Response> {
    if (stub.mode === "busy") return refuse(429, "rate_limit_error", "queue_full");
    if (stub.mode === "stopping") return refuse(503, "server_error", "shutting_down");
    // So that requests overlap.
    await Bun.sleep(60);
    return Response.json(answer, { headers: { "x-ov-llm-box": name } });
  }

  const stub: StubBox = {
    box: { name, url, key: null },
    mode: "serving",
    kill: () => void server.stop(true),
    start: () => {
      server = serve(port);
    },
    stop: () => void server.stop(true),
  };
  return stub;
}

function refuse(status: number, type: string, code: string): Response {
  const error = { message: "Try again later.", type, param: null, code };
  return Response.json({ error }, { status, headers: { "retry-after": "5" } });
}
