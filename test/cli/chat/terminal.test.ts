import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMemoryHost, type MemoryHostOptions } from "../../fakes/memory-host.ts";
import { createTestApp } from "../../helpers/app.ts";
import { eventually } from "../../helpers/processes.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { python, type Steps, talk } from "../../helpers/terminal.ts";

setDefaultTimeout(180_000);
const suite = python === null ? describe.skip : describe;
const words = "river stone music paper light water house bread";

function serve(options: MemoryHostOptions = {}) {
  const host = createMemoryHost({ contextLength: 256, ...options });
  const app = createTestApp({ load: async () => ({ host, defaults: {} }) });
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => app.handle(request, "-") });
  afterAll(() => server.stop(true));
  return { server, host, prompts: () => host.asked.map(({ prompt }) => prompt) };
}

/** A server that answers "heard" to everything, and keeps what it was asked. */
function serveEcho() {
  const bodies: unknown[] = [];
  const model = { id: "m", task: "image-text-to-text", type: "vlm", loaded: true };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method === "GET") return Response.json({ object: "list", data: [model] });
      bodies.push(await request.json());
      const chunk = { choices: [{ delta: { content: "heard" }, finish_reason: "stop" }] };
      const headers = { "content-type": "text/event-stream" };
      return new Response(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`, { headers });
    },
  });
  afterAll(() => server.stop(true));
  return { server, bodies };
}

suite(`a chat on a terminal${python === null ? " (skipped: no python3)" : ""}`, () => {
  test("remembers what was said, and ends with Ctrl-D", async () => {
    const { server, prompts } = serve();
    const { code, text } = await talk(server, [
      [">>> ", "One\r"],
      [`${words}`, ""],
      [">>> ", "Two\r"],
      [`${words}`, ""],
      [">>> ", "\u0004"],
    ]);
    expect(text).toContain('Chat with "memory" at http://127.0.0.1:');
    expect(code).toBe(0);
    expect(prompts()).toEqual(["One", `One ${words}  Two`]);
  });

  test("shows a picture with the next message, and keeps it in the conversation", async () => {
    const { server, bodies } = serveEcho();
    const home = createTempDir();
    writeFileSync(join(home, "a.png"), Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));
    const steps: Steps = [
      [">>> ", "/image none.png\r"],
      ["Cannot read the picture", "/image a.png\r"],
      ["One picture goes with the next message", "What is it?\r"],
      ["heard", "And now?\r"],
      ["heard", "/save a.md\r"],
      ["Saved", "\u0004"],
    ];
    expect((await talk(server, steps, ["m"], home)).code).toBe(0);
    const picture = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };
    const first = { role: "user", content: [picture, { type: "text", text: "What is it?" }] };
    expect(bodies).toMatchObject([
      { messages: [first] },
      { messages: [first, { role: "assistant" }, { role: "user", content: "And now?" }] },
    ]);
    expect(readFileSync(join(home, "a.md"), "utf8")).toContain("_(a picture)_");
  });

  test("a picture that the model refuses waits until somebody takes it back", async () => {
    const { server, prompts } = serve();
    const home = createTempDir();
    writeFileSync(join(home, "a.png"), Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));
    const steps: Steps = [
      [">>> ", "/image a.png\r"],
      ["goes with the next message", "What is it?\r"],
      ["Its pictures will go with the next one; /image drops them.", "/image\r"],
      ["No picture waits", "Hi\r"],
      [words, "\u0004"],
    ];
    expect((await talk(server, steps, [], home)).code).toBe(0);
    expect(prompts()).toEqual(["Hi"]);
  });

  test("takes a message of several lines", async () => {
    const { server, prompts } = serve();
    await talk(server, [
      [">>> ", '"""one\r'],
      ["... ", "two\r"],
      ["... ", '"""\r'],
      [words, ""],
      [">>> ", "/clear\r"],
      ["forgotten", ""],
      [">>> ", "three\\\r"],
      ["... ", "four\r"],
      [words, ""],
      [">>> ", "/exit\r"],
    ]);
    expect(prompts()).toEqual(["one\ntwo", "three\nfour"]);
  });

  test("takes what is pasted as one message, after Enter", async () => {
    const { server, prompts } = serve();
    await talk(server, [
      [">>> ", "see: \u001B[200~// one\rtwo\r\rthree\u001B[201~"],
      ["three", " four\r"],
      [words, ""],
      [">>> ", "\u001B[200~dropped\rhalf\u001B[201~"],
      ["half", "\u0003"],
      [">>> ", "/clear\r"],
      ["forgotten", ""],
      [">>> ", "last\r"],
      [words, ""],
      [">>> ", "\u0004"],
    ]);
    expect(prompts()).toEqual(["see: // one\ntwo\n\nthree four", "last"]);
  });

  test("Ctrl-C stops the answer, then what is typed, and only twice at an empty prompt the chat", async () => {
    let tokens = 0;
    const gate = () => (++tokens > 3 ? new Promise<void>(() => {}) : Promise.resolve());
    const { server, host, prompts } = serve({ gate });
    const { code, text } = await talk(server, [
      [">>> ", "One\r"],
      ["stone", "\u0003"],
      ["Stopped.", ""],
      [">>> ", "half a li"],
      ["half a li", "\u0003"],
      ["^C", ""],
      [">>> ", "\u0003"],
      ["Press Ctrl-C again", ""],
      [">>> ", "\u0003"],
    ]);
    expect([code, prompts(), host.running()]).toEqual([0, ["One"], 0]);
    expect(text).not.toContain("error");
    expect(text).toMatch(/^Press Ctrl-C again/m);
  });

  test("ends with its terminal", async () => {
    const { server } = serve();
    const { code } = await talk(server, [[">>> ", null]]);
    // By the signal of the hang-up, or because nothing can be read any more.
    expect([1, 129]).toContain(code);
  });

  test("sends nothing that was half typed when its terminal ended, whoever that belongs to", async () => {
    for (const env of [{}, { OTHERS_TERMINAL: "1" }]) {
      const { server, prompts } = serve();
      const { code, home } = await talk(
        server,
        [
          [">>> ", "half a line"],
          ["half a line", null],
        ],
        [],
        createTempDir(),
        env,
      );
      expect([1, 129]).toContain(code);
      expect(prompts()).toEqual([]);
      expect(readFileSync(join(home, ".local/state/ov-llm/chat-history"), "utf8")).toBe("");
    }
  });

  test("keeps what was entered while an answer came, although its terminal ended", async () => {
    const home = createTempDir();
    const read = () => readFileSync(join(home, ".local/state/ov-llm/chat-history"), "utf8");
    let tokens = 0;
    const gate = () => (++tokens > 3 ? eventually(() => read() === "One\nTwo\n") : Promise.resolve());
    const { server } = serve({ gate });
    const steps: Steps = [
      [">>> ", "One\r"],
      ["stone", "Two\rThr"],
      ["paper", null],
    ];
    await talk(server, steps, [], home);
    expect(read()).toBe("One\nTwo\n");
  });

  test("Ctrl-D while an answer comes lets it end; Ctrl-C after that stops both, and says so once", async () => {
    let tokens = 0;
    const gate = () => (++tokens > 3 ? new Promise<void>(() => {}) : Promise.resolve());
    const { code, text } = await talk(serve({ gate }).server, [
      [">>> ", "One\r"],
      ["stone", "\u0004"],
      ["\u001B[?2004l", "\u0003"],
    ]);
    expect([code, text.match(/Stopped by SIGINT/g)]).toEqual([130, ["Stopped by SIGINT"]]);
    expect(text).not.toContain("the Up key");
  });

  test("its commands", async () => {
    const { server, prompts } = serve();
    const home = createTempDir();
    writeFileSync(join(home, "taken.md"), "kept");
    const { text, raw } = await talk(
      server,
      [
        [">>> ", "/help\r"],
        ["Ctrl-C stops an answer.", ""],
        [">>> ", "/modle\r"],
        ["did you mean /model?", ""],
        [">>> ", "/model\r"],
        ["* memory", ""],
        [">>> ", "/model memroy\r"],
        ['There is no model "memroy" here. Did you mean "memory"? [Y/n]', "n\r"],
        ['The next answers are still from "memory".', ""],
        [">>> ", "/model memory\r"],
        ['from "memory"', ""],
        [">>> ", "/system Be brief.\r"],
        ["are set.", ""],
        [">>> ", "Why?\r"],
        [words, ""],
        [">>> ", "/save chat.md\r"],
        ["Saved in", ""],
        [">>> ", "/save chat.json\r"],
        ["Saved in", ""],
        [">>> ", "/save\r"],
        ["/save requires a file, as in /save chat.md", ""],
        [">>> ", "/save taken.md\r"],
        ['taken.md": it already exists. Name a new file.', ""],
        [">>> ", '/system ""\r'],
        ["are removed.", ""],
        [">>> ", " /etc\r"],
        [words, ""],
        [">>> ", "/save chat.md\r"],
        ["Saved in", ""],
        [">>> ", "/exit\r"],
      ],
      [],
      home,
    );
    expect(prompts()).toEqual(["Be brief. Why?", `Why? ${words}  /etc`]);
    expect(readFileSync(join(home, "chat.md"), "utf8")).toContain(
      `## Question\n\n/etc\n\n## Answer\n\n${words}`,
    );
    expect(JSON.parse(readFileSync(join(home, "chat.json"), "utf8"))).toMatchObject({
      model: "memory",
      messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "Why?" }, {}],
    });
    expect(statSync(join(home, "chat.md")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(home, "taken.md"), "utf8")).toBe("kept");
    expect(text).toContain("/save FILE");
    // Our notes are dim, answers are not.
    expect(raw).toContain("\u001B[2mThe instructions are set.\u001B[0m");
    expect(raw).not.toContain("\u001B[2mriver");
  });

  test("keeps what was typed for the next chat, unless --no-history", async () => {
    const { server, prompts } = serve();
    const steps: Steps = [
      [">>> ", "One\r"],
      [words, ""],
      [">>> ", "\u0004"],
    ];
    const { home } = await talk(server, steps);
    const path = join(home, ".local/state/ov-llm/chat-history");
    expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["One\n", 0o600]);
    const again: Steps = [
      [">>> ", "\u001B[A"],
      ["One", "\r"],
      [words, ""],
      [">>> ", "\u0004"],
    ];
    await talk(server, again, [], home);
    expect(prompts()).toEqual(["One", "One"]);
    const fresh = await talk(server, steps, ["--no-history"]);
    expect(existsSync(join(fresh.home, ".local/state/ov-llm/chat-history"))).toBe(false);
  });

  test("a failed answer is reported, and the chat goes on", async () => {
    const { server, host } = serve({ gate: async () => host.crash() });
    const { code, text } = await talk(server, [
      [">>> ", "One\r"],
      ["the Up key recalls it", ""],
      [">>> ", "\u0004"],
    ]);
    expect(code).toBe(0);
    expect(text).toContain("error: ");
  });
});
