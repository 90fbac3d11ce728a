import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { makeConvertHome, makeModel } from "../../convert/fake-models.ts";
import { startFakeHub, toRepository } from "../../fakes/hub.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { python, type Steps, talk } from "../../helpers/terminal.ts";

setDefaultTimeout(180_000);
const suite = python === null ? describe.skip : describe;
const models = createTempDir();
const known = "Qwen/Qwen3-4B-Instruct-2507";
const hub = startFakeHub({
  repositories: {
    [known]: toRepository(makeModel(join(models, "known"))),
    "Acme/broken": toRepository(makeModel(join(models, "broken"), { behaviour: "silent" })),
  },
});
afterAll(() => hub.stop());
const leave: Steps[number] = [">>> ", "\u0004"];

/** A server that has the models of a home's registry, and answers "heard" to everything. */
function createScene() {
  const place = makeConvertHome(createTempDir());
  const asked: unknown[] = [];
  const chunk = { choices: [{ delta: { content: "heard" }, finish_reason: "stop" }] };
  const toRow = (id: string) => ({ id, task: "text-generation", type: "llm", loaded: false });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.method === "GET") {
        const names = Object.keys(place.models());
        return Response.json({ data: ["own-model", ...names].map(toRow) });
      }
      asked.push(Object(await request.json()).model);
      const headers = { "content-type": "text/event-stream" };
      return new Response(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`, { headers });
    },
  });
  afterAll(() => server.stop(true));
  const env = { ...place.env, HF_ENDPOINT: hub.url };
  const chat = (steps: Steps, name: string) => talk(server, steps, [name], place.home, env);
  return { chat, asked, registered: () => Object.keys(place.models()) };
}

suite(`ov-llm chat with a model that is not there, on a terminal${python ? "" : " (skipped: no python3)"}`, () => {
  test("pulls it after a question that states size, format and licence; the next time it is there", async () => {
    const { chat, asked } = createScene();
    const question = `"qwen3:4b-2507" is not here yet. Pull ${known} (`;
    const first = await chat(
      [[question, ""], ["[Y/n]", "\r"], [">>> ", "Hi\r"], ["heard", ""], leave],
      "qwen3:4b-2507",
    );
    expect([first.code, asked]).toEqual([0, ["qwen3-4b-instruct-2507"]]);
    expect(first.text).toContain("to fetch; to be converted to int8; licence: apache-2.0)? [Y/n]");
    expect(first.text).toContain('converted as "qwen3-4b-instruct-2507" (also "qwen3-4b-2507")');
    const again = await chat([leave], known);
    expect([again.code, again.text]).toEqual([
      0,
      expect.stringContaining(`${known} is registered as "qwen3-4b-instruct-2507".`),
    ]);
  });

  test("asks first whether a name that is near was meant", async () => {
    const { chat } = createScene();
    const question = 'There is no model "own-modle" here. Did you mean "own-model"? [Y/n]';
    expect(await chat([[question, "\r"], leave], "own-modle")).toMatchObject({
      code: 0,
      text: expect.stringContaining('Chat with "own-model"'),
    });
    const { code, text } = await chat([[question, "n\r"]], "own-modle");
    expect([code, text]).toEqual([1, expect.stringContaining('did you mean "own-model"?')]);
  });

  test("a name in other writing is the one that is meant", async () => {
    const question = 'There is no model "Own/Model" here. Did you mean "own-model"? [Y/n]';
    const { code, text } = await createScene().chat([[question, "\r"], leave], "Own/Model");
    expect([code, text]).toEqual([0, expect.stringContaining('Chat with "own-model"')]);
  });

  test.each([
    [known, [["[Y/n]", "n\r"]], `Get it with "ov-llm pull ${known}".`],
    ["Acme/none", [], "there is no such model on http://127.0.0.1"],
    ["Acme/broken", [["[Y/n]", "\r"]], '"ov-llm pull Acme/broken" tries again.'],
    ["whisper-base", [], "its task is automatic-speech-recognition"],
    ["nothing", [], '"ov-llm list" lists the models'],
  ] satisfies [string, Steps, string][])("%s: no chat, exit code 1", async (name, steps, sentence) => {
    const { chat, registered } = createScene();
    const { code, text } = await chat(steps, name);
    expect([code, text.replaceAll("\n", " ")]).toEqual([1, expect.stringContaining(sentence)]);
    expect(registered()).toEqual([]);
  });
});
