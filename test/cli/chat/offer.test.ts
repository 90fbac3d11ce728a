import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { toMissing } from "../../../cli/chat/missing.ts";
import { offerModel } from "../../../cli/chat/offer.ts";
import { loadSettings } from "../../../src/config/load.ts";
import { makeConvertHome, makeModel } from "../../convert/fake-models.ts";
import { startFakeHub, toRepository } from "../../fakes/hub.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { python, type Steps, talk } from "../../helpers/terminal.ts";
import { findFreePort } from "../run-cli.ts";

setDefaultTimeout(180_000);
const suite = python === null ? describe.skip : describe;
const models = createTempDir();
const known = "Qwen/Qwen3-4B-Instruct-2507";
const hub = startFakeHub({
  repositories: {
    [known]: toRepository(makeModel(join(models, "known"))),
    "Acme/broken": toRepository(makeModel(join(models, "broken"), { behaviour: "silent" })),
    // The first file to come: a pull that shows its progress is held.
    "Acme/held": { "tokenizer.model": "a slow file", ...toRepository(makeModel(join(models, "held"))) },
  },
  hold: { file: "tokenizer.model", after: 5 },
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
  const chat = (steps: Steps, name = "own-model", more: Record<string, string> = {}) =>
    talk(server, steps, [name], place.home, { ...env, ...more });
  const kept = () => readFileSync(join(place.home, ".local/state/ov-llm/chat-history"), "utf8");
  return { chat, asked, kept, registered: () => Object.keys(place.models()) };
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
    expect(first.text).not.toContain("Talk to it");
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
    ["Acme/broken", [["[Y/n]", "\r"]], '"ov-llm chat Acme/broken" tries again.'],
    ["whisper-base", [], "its task is automatic-speech-recognition"],
    ["nothing", [], '"ov-llm list" lists the models'],
  ] satisfies [string, Steps, string][])("%s: no chat, exit code 1", async (name, steps, sentence) => {
    const { chat, registered } = createScene();
    const { code, text } = await chat(steps, name);
    expect([code, text.replaceAll("\n", " ")]).toEqual([1, expect.stringContaining(sentence)]);
    expect(registered()).toEqual([]);
  });
});

suite(`/model with a model that is not there${python ? "" : " (skipped: no python3)"}`, () => {
  const continues: Steps = [[">>> ", "Hi\r"], ["heard", ""], leave];

  test("pulls it after the same question, and continues with it", async () => {
    const { chat, asked, kept } = createScene();
    const { code, text } = await chat([
      [">>> ", "/model qwen3:4b-2507\r"],
      [`"qwen3:4b-2507" is not here yet. Pull ${known} (`, ""],
      ["[Y/n]", "perhaps\r"],
      ["[Y/n]", "y\r"],
      ['The next answers are from "qwen3-4b-instruct-2507".', ""],
      [">>> ", "\u001B[A"],
      ["/model qwen3:4b-2507", "\u0003"],
      ["^C", ""],
      ...continues,
    ]);
    expect([code, asked, kept()]).toEqual([0, ["qwen3-4b-instruct-2507"], "/model qwen3:4b-2507\nHi\n"]);
    // The keys are shown once: the terminal itself stays silent.
    expect(text.match(/Hi/g)).toEqual(["Hi"]);
    expect(text).not.toContain("Talk to it");
  });

  test.each(["n\r", "\u0003"])(
    "%j to the question: the conversation continues with the model it had",
    async (no) => {
      const { chat, asked, registered } = createScene();
      const steps: Steps = [
        [">>> ", "/model Acme/broken\r"],
        ["[Y/n]", no],
        ['The next answers are still from "own-model".', ""],
      ];
      const { code, text } = await chat([...steps, ...continues]);
      expect([code, asked, registered()]).toEqual([0, ["own-model"], []]);
      expect(text).not.toContain("error");
    },
  );

  test("Ctrl-D at the question ends the chat, without an error", async () => {
    const { chat, registered } = createScene();
    const steps: Steps = [
      [">>> ", "/model Acme/broken\r"],
      ["[Y/n]", "\u0004"],
    ];
    const { code, text } = await chat(steps);
    expect([code, registered()]).toEqual([0, []]);
    expect(text).not.toContain("error");
  });

  test("what was entered before the question is no answer to it", async () => {
    const { chat, asked, kept } = createScene();
    const { code } = await chat([
      [">>> ", "/model Acme/broken\rHi\r"],
      ["[Y/n]", "n\r"],
      ["still from", ""],
      [">>> Hi", ""],
      ["heard", ""],
      leave,
    ]);
    expect([code, asked, kept()]).toEqual([0, ["own-model"], "/model Acme/broken\nHi\n"]);
  });

  test("Ctrl-C ends the pull and not the chat; the same command continues it", async () => {
    const { chat, asked, registered } = createScene();
    const { code, text } = await chat([
      [">>> ", "/model Acme/held\r"],
      ["[Y/n]", "\r"],
      [" %)", "\u0003"],
      ['Stopped. "/model Acme/held" continues.', ""],
      ...continues.slice(0, -1),
      [">>> ", "/model Acme/held\r"],
      ["[Y/n]", "\r"],
      ['The next answers are from "held".', ""],
      ...continues,
    ]);
    expect([code, asked, registered()]).toEqual([0, ["own-model", "held"], ["held"]]);
    expect(text).toMatch(/%\)\nStopped\./);
  });

  test("asks whether a name that is near was meant", async () => {
    const { chat, asked } = createScene();
    const question = 'There is no model "own-modle" here. Did you mean "own-model"? [Y/n]';
    const { code, text } = await chat([
      [">>> ", "/model own-modle\r"],
      [question, "\r"],
      ['The next answers are from "own-model".', "/model own-modle\r"],
      [question, "n\r"],
      ['The next answers are still from "own-model".', ""],
      ...continues,
    ]);
    expect([code, asked]).toEqual([0, ["own-model"]]);
    expect(text).not.toContain("error");
  });

  test.each([
    ["nothing", '"/model" alone lists the models; "/model OWNER/NAME" pulls one from the hub.'],
    ["two words", '"/model" alone lists the models'],
    ["Acme/none", "there is no such model on http://127.0.0.1"],
    ["whisper-base", "its task is automatic-speech-recognition"],
  ])("%s: says why, and the conversation continues", async (name, sentence) => {
    const { chat, asked, registered } = createScene();
    const { code, text } = await chat([[">>> ", `/model ${name}\r`], ["error: ", ""], ...continues]);
    expect([code, asked, registered()]).toEqual([0, ["own-model"], []]);
    expect(text.replaceAll("\n", " ")).toContain(sentence);
  });

  test("a model that cannot be converted: names the command that tries again", async () => {
    const { chat, asked, registered } = createScene();
    const steps: Steps = [
      [">>> ", "/model Acme/broken\r"],
      ["[Y/n]", "\r"],
      ['"/model Acme/broken" tries again.', ""],
    ];
    const { code } = await chat([...steps, ...continues]);
    expect([code, asked, registered()]).toEqual([0, ["own-model"], []]);
  });

  test("without a network: says so, and the conversation continues", async () => {
    const { chat, asked } = createScene();
    const endpoint = `http://127.0.0.1:${await findFreePort()}`;
    const steps: Steps = [
      [">>> ", "/model Acme/far\r"],
      [`${endpoint} cannot be reached`, ""],
    ];
    const { code } = await chat([...steps, ...continues], "own-model", { HF_ENDPOINT: endpoint });
    expect([code, asked]).toEqual([0, ["own-model"]]);
  });
});

describe("a server on another machine", () => {
  const server = { url: "http://box.example:9000", apiKey: null };

  test.each(["/model", "ov-llm chat"] as const)(
    "%s pulls nothing here, and says where to",
    async (command) => {
      const asked: string[] = [];
      const person = {
        async confirm(question: string) {
          asked.push(question);
          return true;
        },
        whileBusy: () => Promise.reject(new Error("nothing is to be done")),
        report: async () => {},
      };
      const missing = toMissing("qwen3:8b", { talkers: ["own-model"], server, command });
      const options = { server, loaded: loadSettings({ env: {} }), person, command };
      await expect(offerModel(missing, options)).rejects.toThrow(
        'Cannot find model "qwen3:8b": there is "own-model". Get it with "ov-llm pull qwen3:8b" on the machine of that server.',
      );
      expect(asked).toEqual([]);
    },
  );

  test("a name that no hub has: /model lists the models", () => {
    const { error } = toMissing("nothing", { talkers: ["own-model"], server, command: "/model" });
    expect(error.message).toBe(
      'Cannot find model "nothing": there is "own-model". "/model" alone lists the models.',
    );
  });
});
