import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { createKeyring } from "../../src/http/auth.ts";
import { type Listener, listen } from "../../src/http/listen.ts";
import { listSuggestions } from "../../src/library/suggestions.ts";
import { pageFiles } from "../../src/page/files.ts";
import { createPulls } from "../../src/serving/pulls.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp, type TestAppOptions } from "../helpers/app.ts";
import {
  browserPatience,
  chromiumPath,
  collectProblems,
  needsChromium,
  openBrowser,
} from "../helpers/browser.ts";
import { repo, smol, startServer, type TestServer } from "../helpers/server.ts";
import { settled } from "../helpers/settled.ts";
import { createTempDir } from "../helpers/temp.ts";
import { tuning } from "../helpers/tuning.ts";
import { harmless, hostileMarkdown, hostileName, toPieces } from "./hostile.ts";

setDefaultTimeout(180_000);

const axe = readFileSync(join(repo, "node_modules/axe-core/axe.min.js"), "utf8");
const onePixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const noEdits = { remove: async () => {}, addAlias: async () => {}, removeAlias: async () => {} };
const home = createTempDir();
const listeners: Listener[] = [];
let browser: Browser;

/** The API over hosts in memory, on a port, with the page. */
function serve(options: TestAppOptions = {}) {
  const app = createTestApp({ readPage: async () => pageFiles, ...options });
  const listener = listen(app.handle, { host: "127.0.0.1", port: 0, setting: "" });
  listeners.push(listener);
  return { ...app, url: `http://127.0.0.1:${listener.port}` };
}

type OpenOptions = Parameters<Browser["newPage"]>[0] & { prepare?: (page: Page) => Promise<void> };

async function open(url: string, { prepare, ...options }: OpenOptions = {}) {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(browserPatience);
  await prepare?.(page);
  const problems = collectProblems(page, new URL(url).origin);
  await page.goto(url);
  return { page, problems };
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const goTo = (page: Page, pane: string) => page.getByRole("link", { name: pane, exact: true }).click();

async function ask(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
}

describe.skipIf(chromiumPath === undefined)(`the page in a real Chromium ${needsChromium}`, () => {
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    for (const listener of listeners) listener.kill();
  });

  describe("of a real server", () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await startServer({ home });
    });
    afterAll(() => server.stop());

    test("loads a model, chats with it, shows both in the log, and unloads it", async () => {
      const { page, problems } = await open(server.url);
      await button(page, `Load ${smol}`).click();
      await button(page, `Unload ${smol}`).waitFor();
      await goTo(page, "Playground");
      await page.getByText("System prompt").click();
      await page.getByRole("textbox", { name: "System prompt" }).fill("You know every capital.");
      await ask(page, "What is the capital of France?");
      await button(page, "Regenerate").waitFor();
      expect(await page.getByRole("log", { name: "Conversation" }).textContent()).toContain("Paris");
      await goTo(page, "Log");
      await page.getByText("POST /v1/chat/completions 200").waitFor();
      await page.getByText("model.loaded").waitFor();
      expect(await page.getByRole("main").textContent()).not.toContain("capital");
      await goTo(page, "Overview");
      await button(page, `Unload ${smol}`).click();
      await button(page, `Load ${smol}`).waitFor();
      expect(problems).toEqual([]);
      await page.close();
    });
  });

  test("asks for the key once, keeps it in the tab, and sends it to nobody but the API", async () => {
    const { url } = serve({ keys: createKeyring(() => [{ name: "a", key: "the key" }]) });
    const { page, problems } = await open(url);
    const field = page.getByLabel("API key");
    await field.fill("another key");
    await page.keyboard.press("Enter");
    await page.getByText("That key does not open it.").waitFor();
    await field.fill("the key");
    await page.keyboard.press("Enter");
    await button(page, "Load memory").click();
    await button(page, "Unload memory").waitFor();
    await page.reload();
    await button(page, "Unload memory").waitFor();
    expect(page.url()).not.toContain("the");
    const { page: other } = await open(url);
    await other.getByLabel("API key").waitFor();
    expect(problems).toEqual([]);
    await Promise.all([page.close(), other.close()]);
  });

  test("shows what runs, and cancels it", async () => {
    const gate = Promise.withResolvers<void>();
    const host = createMemoryHost({ gate: () => gate.promise });
    const { url, chat } = serve({ load: async () => ({ host, defaults: {} }) });
    const { page, problems } = await open(url);
    await page.getByText("live", { exact: true }).waitFor();
    const answer = chat(
      { messages: [{ role: "user", content: "Hi" }] },
      { headers: { "x-request-id": "mine" } },
    );
    await button(page, "Cancel the request mine").click();
    expect((await answer).status).toBe(499);
    await page.getByText("No running or waiting requests.").waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  test("stops an answer where it is, and asks again", async () => {
    const more = Promise.withResolvers<void>();
    let tokens = 0;
    const gate = async () => {
      tokens += 1;
      if (tokens === 3) await more.promise;
    };
    const host = createMemoryHost({ gate, writes: ["one ", "two ", "three ", "four"] });
    const { url } = serve({ load: async () => ({ host, defaults: {} }) });
    const { page, problems } = await open(`${url}/#playground`);
    await ask(page, "Count");
    await page.getByText("one two").waitFor();
    await button(page, "Stop").click();
    await page.getByText("Stopped.").waitFor();
    more.resolve();
    await button(page, "Regenerate").click();
    await page.getByText("one two three four").waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  test("folds reasoning, and shows Markdown without what could load, run or deceive", async () => {
    const hostile = [
      "<think>Let me think.</think>",
      "# Title\n\n**bold** `code`\n\n",
      "![x](http://elsewhere.example/a.png)<img src=x onerror=alert(1)><script>alert(2)</script>",
      "<style>body{display:none}</style><form action=/x><button>Log in</button></form><p style='color:red' id=page class=panel>styled</p>",
      "\n\n[link](javascript:alert(3)) [other](http://elsewhere.example/)",
    ];
    const chatTemplate =
      "{% for m in messages %}{{ m.content }}{% endfor %}{% if add_generation_prompt %}{% endif %}";
    const host = createMemoryHost({ writes: hostile, chatTemplate: `${chatTemplate}{# <think></think> #}` });
    const { url } = serve({ load: async () => ({ host, defaults: {} }) });
    const { page, problems } = await open(`${url}/#playground`);
    await ask(page, "Hi");
    await button(page, "Regenerate").waitFor();
    const answer = page.locator(".markdown");
    await answer.getByRole("heading", { name: "Title" }).waitFor();
    const thought = page.getByText("Let me think.");
    expect(await thought.isVisible()).toBe(false);
    await page.getByText("Reasoning").click();
    await thought.waitFor();
    expect(await answer.locator("strong").textContent()).toBe("bold");
    expect(await answer.locator("img, script, style, form, button, [style], [id], [class]").count()).toBe(0);
    expect(await answer.locator("a", { hasText: "link" }).getAttribute("href")).toBeNull();
    expect(await answer.getByRole("link", { name: "other" }).getAttribute("rel")).toBe("noopener noreferrer");
    expect(problems).toEqual([]);
    await page.close();
  });

  describe("runs nothing that others wrote", () => {
    const readPwned = async (page: Page) => await page.evaluate("window.pwned ?? null");

    test("an answer of a model, in pieces and whole", async () => {
      const text = hostileMarkdown.join("\n\n");
      const writes = [...toPieces(`<think>${text}</think>`), ...toPieces(text)];
      const chatTemplate = "{% for m in messages %}{{ m.content }}{% endfor %}{# <think></think> #}";
      const host = createMemoryHost({ writes, chatTemplate, contextLength: 65_536 });
      const { url } = serve({ load: async () => ({ host, defaults: {} }), maxTokens: writes.length + 1 });
      const { page, problems } = await open(`${url}/#playground`);
      await ask(page, "Hi");
      await button(page, "Regenerate").waitFor();
      await page.getByText("Reasoning").click();
      const answer = page.locator(".markdown");
      expect(await answer.textContent()).toContain("position:fixed");
      const names = await answer.locator("*").evaluateAll((all) => all.map(({ localName }) => localName));
      expect([...new Set(names)].filter((name) => !harmless.has(name))).toEqual([]);
      const attributes = await answer
        .locator("*")
        .evaluateAll((all) => all.flatMap((one) => one.getAttributeNames()));
      const known = ["href", "title", "target", "rel", "tabindex", "open", "align"];
      expect([...new Set(attributes)].filter((name) => !known.includes(name))).toEqual([]);
      const links = await answer
        .locator("a[href]")
        .evaluateAll((all) => all.map((one) => Reflect.get(one, "protocol")));
      expect([...new Set(links)]).toEqual(["http:"]);
      expect([await readPwned(page), problems]).toEqual([null, []]);
      await page.close();
    });

    test("names of models, tools and files, errors, and lines of the log", async () => {
      const registryPath = join(createTempDir(), "registry.json");
      const entry = { path: "/models/x", task: "image-text-to-text", weight_format: hostileName };
      const models = { [hostileName]: { ...entry, aliases: [`${hostileName} 2`] } };
      writeFileSync(registryPath, JSON.stringify({ version: 1, models }));
      const call = JSON.stringify({ name: hostileName, arguments: { [hostileName]: hostileName } });
      const host = createMemoryHost({ writes: [`<tool_call>\n${call}\n</tool_call>`], contextLength: 4096 });
      const { url, events } = serve({ registryPath, load: async () => ({ host, defaults: {} }) });
      const { page, problems } = await open(url);
      await button(page, `Load ${hostileName}`).click();
      await button(page, `Unload ${hostileName}`).waitFor();
      await goTo(page, "Playground");
      await page.getByRole("combobox", { name: "Model" }).selectOption(hostileName);
      await page.getByLabel("Tool get_time").check();
      const buffer = Buffer.from(onePixel, "base64");
      const name = `${hostileName.replaceAll("/", "")}.png`;
      await page.getByLabel("Picture").setInputFiles({ name, mimeType: "image/png", buffer });
      await ask(page, hostileName);
      await button(page, "Regenerate").waitFor();
      for (const topic of ["model", "registry", "schema", "conversion"]) {
        const said = { model: hostileName, tool: hostileName, keyword: hostileName, reason: hostileName };
        events.publish({ topic, type: "problem", ...said } as never);
      }
      for (const pane of ["Log", "Connect", "Overview", "Playground"]) {
        await goTo(page, pane);
        const main = page.getByRole("main");
        expect([pane, await main.textContent()]).toEqual([pane, expect.stringContaining("{{constructor}}")]);
        const shown = main.locator(
          "script, iframe, [onerror], img:not([src^='blob:'], [src^='data:image/png'])",
        );
        expect([pane, await shown.count()]).toEqual([pane, 0]);
      }
      expect([await readPwned(page), problems]).toEqual([null, []]);
      await page.close();
    });

    test("what would be in the page all the same is stopped by its policy", async () => {
      const { url } = serve();
      const { page, problems } = await open(url);
      // No policy stops a page from being led elsewhere.
      const html = hostileMarkdown.filter((text) => !text.includes("http-equiv")).join("\n");
      await page.evaluate(`document.body.insertAdjacentHTML("beforeend", ${JSON.stringify(html)})`);
      await page.evaluate("new Promise((resolve) => setTimeout(resolve, 300))");
      expect(await readPwned(page)).toBeNull();
      expect(problems.join("\n")).toContain("Content Security Policy");
      await page.close();
    });
  });

  test("runs the demo tool for a model that calls it, and not without end", async () => {
    const writes = [
      '<tool_call>\n{"name": "get_time", "arguments": {"time_zone": "Asia/Tokyo"}}\n</tool_call>',
    ];
    const { url } = serve({
      load: async () => ({ host: createMemoryHost({ writes, contextLength: 4096 }), defaults: {} }),
    });
    const { page, problems } = await open(`${url}/#playground`);
    await page.getByLabel("Tool get_time").check();
    await ask(page, "What time is it in Tokyo?");
    await page.getByText("The model calls the tool again and again.").waitFor();
    const calls = page.locator(".call");
    expect([await calls.count(), await calls.first().textContent()]).toEqual([
      5,
      expect.stringContaining("GMT+9"),
    ]);
    expect(problems).toEqual([]);
    await page.close();
  });

  test("asks for a pull, follows it, and cancels it", async () => {
    const pulling = createPulls({
      resolve: (repo) => ({ repo, quant: null }),
      findRefusal: () => null,
      newId: () => "pull",
      now: () => new Date(),
      async run(_source, onStep, signal) {
        onStep({ type: "converting", stage: "weights", percent: 40 });
        await new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason)),
        );
        throw new TypeError("It was not aborted");
      },
      publish: (event) => app.events.publish(event),
    });
    const app = serve({ pulls: pulling });
    const { page, problems } = await open(app.url);
    await page.getByLabel("Model of the hub").fill("owner/model");
    await page.keyboard.press("Enter");
    await page.getByText("weights 40 %").waitFor();
    await button(page, "Cancel the pull of owner/model").click();
    await page.getByText("cancelled", { exact: true }).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  test("lists models that fit the machine, and pulls one", async () => {
    const asked: string[] = [];
    const pulls = createPulls({
      resolve(model) {
        asked.push(model);
        return { repo: model, quant: null };
      },
      findRefusal: () => null,
      newId: () => "pull",
      now: () => new Date(),
      run: () => new Promise(() => {}),
      publish: (event) => app.events.publish(event),
    });
    const memory = { total: 8 * 2 ** 30, withSwap: 8 * 2 ** 30 };
    const app = serve({ pulls, listSuggestions: () => listSuggestions(memory) });
    const { page, problems } = await open(app.url);
    await page.getByText("Models that fit this machine").click();
    const get = button(page, "Pull OpenVINO/Qwen3-4B-int4-ov");
    await get.click();
    await button(page, "Cancel the pull of OpenVINO/Qwen3-4B-int4-ov").waitFor();
    expect([await get.isDisabled(), asked]).toEqual([true, ["OpenVINO/Qwen3-4B-int4-ov"]]);
    expect(problems).toEqual([]);
    await page.close();
  });

  test("leads from a finished pull, and from a model, to a chat with it", async () => {
    const pulls = createPulls({
      resolve: (repo) => ({ repo, quant: null }),
      findRefusal: () => null,
      newId: () => "pull",
      now: () => new Date(),
      run: async () => ({ state: "registered", name: "memory", path: "/models/memory" }),
      publish: (event) => app.events.publish(event),
    });
    const app = serve({ pulls });
    const { page, problems } = await open(app.url);
    await page.getByLabel("Model of the hub").fill("owner/model");
    await page.keyboard.press("Enter");
    for (const row of [page.locator(".pull"), page.locator(".row:not(.pull)")]) {
      await row.getByRole("button", { name: "Chat with memory" }).click();
      expect(await page.getByRole("combobox", { name: "Model" }).inputValue()).toBe("memory");
      await goTo(page, "Overview");
    }
    expect(problems).toEqual([]);
    await page.close();
  });

  test("pins a model, and unpins it", async () => {
    const registryPath = join(createTempDir(), "registry.json");
    const entry = { path: "/models/memory", task: "text-generation", weight_format: "int8" };
    const write = (more: object) =>
      writeFileSync(registryPath, JSON.stringify({ version: 1, models: { mine: { ...entry, ...more } } }));
    write({});
    const { url } = serve({
      registryPath,
      editModels: { ...noEdits, pin: async (_name, pinned) => write({ pinned }) },
    });
    const { page, problems } = await open(url);
    const pin = button(page, "Pin mine");
    await pin.click();
    await page.getByText("Pinned", { exact: true }).waitFor();
    expect(await pin.getAttribute("aria-pressed")).toBe("true");
    await pin.click();
    await page.getByText("Pin", { exact: true }).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  test("shows what the server remembers of the time before it was opened", async () => {
    const at = Date.UTC(2026, 0, 1) / 1000;
    const minute = { finished: 3, failed: 0, newTokens: 7200, timeToFirstToken: 0.25, mostRunning: 5 };
    const { url } = serve({ recent: { read: () => [{ at, ...minute }] } });
    // Half a minute after it, the page's clock stops: it takes no samples of its own, of which it would show the last one.
    const { page, problems } = await open(url, {
      async prepare({ clock }) {
        await clock.install({ time: at * 1000 });
        await clock.pauseAt((at + 90) * 1000);
      },
    });
    await page.clock.runFor(1000);
    await page.locator("figcaption").getByText("120", { exact: true }).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  test("shows what was tuned last, as a chart and a table, with text that cannot run", async () => {
    const hostile = {
      ...tuning,
      untried: [{ topic: "cores" as const, why: "<img src=x onerror=alert(1)>" }],
    };
    const { url } = serve({ readTunings: () => [hostile] });
    const { page, problems } = await open(url);
    await page.getByText("+20 % with KV cache in f16").click();
    await page.getByText("It was written into the entry.").waitFor();
    const rows = page.getByRole("region", { name: "What was measured of memory" }).getByRole("row");
    expect(await rows.allInnerTexts()).toEqual([
      "Settings\tFirst token\tTokens/s\tAnswers\tSpread\tText",
      "as it was\t300 ms\t10.0\t\t±2 %\t",
      "KV cache in f16\t250 ms\t12.0\t+20 %\t±1 %\tdiffers after 7 words",
    ]);
    const widths = await page
      .locator(".bars rect")
      .evaluateAll((all) => all.map((bar) => bar.getAttribute("width")));
    expect(widths.map((width) => Math.round(Number(width)))).toEqual([83, 100]);
    await page.getByText("Not measured").click();
    await page.getByText("cores: <img").waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  test("shows a picture to a model that sees, and offers none to others", async () => {
    const registryPath = join(createTempDir(), "registry.json");
    const entry = { path: "/models/eyes", task: "image-text-to-text", weight_format: "int8" };
    writeFileSync(registryPath, JSON.stringify({ version: 1, models: { eyes: entry } }));
    const bodies: unknown[] = [];
    const { url } = serve({ registryPath });
    const { page, problems } = await open(`${url}/#playground`, {
      prepare: async (page) => {
        page.on("request", (request) => {
          if (request.method() === "POST") bodies.push(request.postDataJSON());
        });
      },
    });
    await page.getByRole("combobox", { name: "Model" }).selectOption("eyes");
    const buffer = Buffer.from(onePixel, "base64");
    await page.getByLabel("Picture").setInputFiles({ name: "dot.png", mimeType: "image/png", buffer });
    await page.getByText("1 picture", { exact: true }).waitFor();
    await ask(page, "What is it?");
    await page.getByRole("img", { name: "dot.png" }).waitFor();
    const shown = { type: "image_url", image_url: { url: `data:image/png;base64,${onePixel}` } };
    expect(bodies[0]).toMatchObject({
      model: "eyes",
      messages: [{ role: "user", content: [shown, { type: "text", text: "What is it?" }] }],
    });
    await page.getByRole("combobox", { name: "Model" }).selectOption("memory");
    await page.getByLabel("Picture").waitFor({ state: "detached" });
    expect(problems).toEqual([]);
    await page.close();
  });

  test("connects again to a server that is back, and shows what it is then", async () => {
    const { url, handle } = serve();
    const { page } = await open(url);
    await page.getByText("live", { exact: true }).waitFor();
    listeners.pop()?.kill();
    await page.getByText("lost", { exact: true }).waitFor();
    const field = page.getByLabel("Model of the hub");
    await field.fill("owner/model");
    await page.keyboard.press("Enter");
    await page.getByText("The server cannot be reached. Check that it runs, then try again.").waitFor();
    expect(await field.inputValue()).toBe("owner/model");
    await handle(new Request(`${url}/v1/models/memory/load`, { method: "POST" }), "-");
    listeners.push(listen(handle, { host: "127.0.0.1", port: Number(new URL(url).port), setting: "" }));
    await button(page, "Unload memory").waitFor();
    await page.getByText("live", { exact: true }).waitFor();
    await page.close();
  });

  describe("has nothing that keeps people out, by axe", () => {
    const looks = [
      { colorScheme: "light", viewport: { width: 1200, height: 900 } },
      { colorScheme: "dark", viewport: { width: 1200, height: 900 } },
      { colorScheme: "light", viewport: { width: 390, height: 800 } },
      { colorScheme: "dark", viewport: { width: 390, height: 800 } },
    ] as const;
    test.each(looks)("%j", async (look) => {
      const { url, events } = serve({ readTunings: () => [tuning] });
      const { page } = await open(url, look);
      await page.getByText("+20 % with KV cache in f16").click();
      await button(page, "Load memory").click();
      await button(page, "Unload memory").waitFor();
      await page.evaluate(axe);
      events.publish({ topic: "registry", type: "problem", reason: "a warning" });
      for (const pane of ["Overview", "Playground", "Log", "Connect"]) {
        await goTo(page, pane);
        if (pane === "Playground") {
          await ask(page, "Hi");
          await button(page, "Regenerate").waitFor();
          await button(page, "curl").click();
        }
        expect([pane, await findViolations(page)]).toEqual([pane, []]);
        expect([pane, await overflow(page)]).toEqual([pane, 0]);
      }
      await page.close();
    });
  });

  test("an hour of events leaves no more behind than the hour before", async () => {
    const { url, events, chat } = serve();
    const { page, problems } = await open(url, { prepare: (page) => page.clock.install() });
    await page.getByText("live", { exact: true }).waitFor();
    const session = await page.context().newCDPSession(page);
    const measure = async () => {
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize } = await session.send("Runtime.getHeapUsage");
      const { nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
      return { usedSize, nodes, jsEventListeners };
    };
    const runHour = async () => {
      for (let minute = 0; minute < 60; minute += 1) {
        await (await chat({ max_tokens: 1, messages: [{ role: "user", content: "Hi" }] })).json();
        for (let event = 0; event < 200; event += 1) {
          const model = `model-${event % 7}`;
          events.publish({ topic: "model", type: "kv_cache", model, usage: event / 200 });
          events.publish({ topic: "schema", type: "missed", model, tool: `tool-${event}`, keyword: "not" });
          if (event % 100 === 0) await settled();
        }
        // To the page the connection is silent for a minute: it connects again.
        await page.clock.runFor(60_000);
        await page.getByText("live", { exact: true }).waitFor();
      }
      return await measure();
    };
    let [before, after] = [await runHour(), await runHour()];
    // The browser's own code caches grow for a while; an hour of kept events is 4 MB.
    const mostBytes = () => before.usedSize * 1.1 + 1_500_000;
    // Its collector may leave something for the next time; what is kept grows by the hour.
    for (let more = 0; more < 2 && after.usedSize >= mostBytes(); more += 1)
      [before, after] = [after, await runHour()];
    expect(after.usedSize).toBeLessThan(mostBytes());
    expect(after.nodes).toBeLessThan(before.nodes * 1.1);
    expect(after.jsEventListeners).toBeLessThan(before.jsEventListeners * 1.1 + 10);
    expect(problems).toEqual([]);
    await page.close();
  }, 540_000);
});

/** What axe holds against the page as it is now. */
async function findViolations(page: Page): Promise<unknown> {
  return await page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))",
  );
}

/** By how many pixels the page is wider than its window. */
async function overflow(page: Page): Promise<unknown> {
  return await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
