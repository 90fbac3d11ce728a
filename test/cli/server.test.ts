import { afterAll, describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { askServer, toServerUrl } from "../../cli/server.ts";

const Answer = Type.Object({ ok: Type.Boolean() });

async function* endless() {
  for (;;) yield new Uint8Array(1_000_000);
}

const server = Bun.serve({
  port: 0,
  routes: {
    "/good": (request) => Response.json({ ok: request.headers.get("authorization") === "Bearer secret-key" }),
    "/refused": () =>
      Response.json(
        { error: { message: "No room.", type: "server_error", param: null, code: "insufficient_memory" } },
        { status: 503 },
      ),
    "/method": ({ method }) => Response.json({ ok: method === "POST" }),
    "/busy": () => Response.json({ ok: false }, { status: 503 }),
    "/shape": () => Response.json({ fine: true }),
    "/html": () => new Response("<html>", { status: 404 }),
    "/key": () => Response.json({ error: {} }, { status: 401 }),
    "/moved": () => Response.redirect("/good"),
    "/endless": () => new Response(endless()),
    "/hang": () => new Promise<Response>(() => {}),
  },
});
afterAll(() => server.stop(true));
const url = `http://127.0.0.1:${server.port}`;
const ask = (path: string, seconds = 5) => askServer({ url, apiKey: "secret-key" }, path, Answer, seconds);

test.each([
  ["127.0.0.1", "http://127.0.0.1:9"],
  ["0.0.0.0", "http://127.0.0.1:9"],
  ["::", "http://[::1]:9"],
  ["fe80::1", "http://[fe80::1]:9"],
  ["box.lan", "http://box.lan:9"],
])("toServerUrl: %p is %p", (host, expected) => expect(toServerUrl(host, 9)).toBe(expected));

describe("askServer", () => {
  test("throws what the server says when it refuses", async () => {
    await expect(ask("/refused")).rejects.toMatchObject({ code: "insufficient_memory", message: "No room." });
  });

  test("reports that a key is required where none was sent", async () => {
    const sentence = `The server at ${url} requires an API key. Set OV_API_KEY to its key, or pass --api-key.`;
    await expect(askServer({ url, apiKey: null }, "/key", Answer, 5)).rejects.toThrow(sentence);
  });

  test("posts when asked to", async () => {
    expect(await askServer({ url, apiKey: null }, "/method", Answer, 5, { method: "POST" })).toEqual({
      ok: true,
    });
  });

  test("sends the key and gives the answer", async () => {
    expect(await ask("/good")).toEqual({ ok: true });
  });

  test("takes an answer of the right shape whatever its status", async () => {
    expect(await ask("/busy")).toEqual({ ok: false });
  });

  test.each([
    ["/shape", `What answers at ${url}/shape is not an ov-llm of this version (status 200,`],
    ["/html", `What answers at ${url}/html is not an ov-llm of this version (status 404, "<html>")`],
    ["/key", `The server at ${url} rejected this API key. Set OV_API_KEY to its key, or pass --api-key.`],
    ["/endless", `What answers at ${url} is not an ov-llm: it sends more than 32000000 bytes.`],
    ["/moved", `No server answers at ${url} (`],
  ])("refuses the answer of %s", async (path, sentence) => {
    const error: unknown = await ask(path).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "server_unreachable" });
    expect(String(error)).toContain(sentence);
    expect(Bun.inspect(error)).not.toContain("secret-key");
    expect(String(error)).not.toContain("verbose");
  });

  test("an ov-llm that listens and does not answer is not to be stopped", async () => {
    const lines = [
      "import socket, sys",
      "open('/proc/self/comm', 'w').write('ov-llm')",
      "s = socket.create_server(('127.0.0.1', 0))",
      "print(s.getsockname()[1], flush=True)",
      "sys.stdin.read()",
    ];
    const child = Bun.spawn(["python3", "-c", lines.join("\n")], { stdio: ["pipe", "pipe", "inherit"] });
    const { value } = await child.stdout.getReader().read();
    const busy = { url: `http://127.0.0.1:${new TextDecoder().decode(value).trim()}`, apiKey: null };
    await expect(askServer(busy, "/health", Answer, 0.3)).rejects.toThrow(
      `although "ov-llm" (pid ${child.pid}) listens there. It is busy or hangs: try again; "ov-llm logs" shows why.`,
    );
    child.kill("SIGKILL");
    await child.exited;
  });

  test("a server that hangs is given up", async () => {
    await expect(ask("/hang", 0.1)).rejects.toThrow("(nothing came within 0.1 s)");
  });
});
