import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { createKeyring } from "../../src/http/auth.ts";
import { type Listener, listen } from "../../src/http/listen.ts";
import { createTestApp } from "../helpers/app.ts";
import { browserPatience, chromiumPath, needsChromium, openBrowser } from "../helpers/browser.ts";

setDefaultTimeout(180_000);
const key = "a key of the tests";
const names = ["openai", "anthropic", "vercel"];

describe.skipIf(chromiumPath === undefined)(`official clients in a page ${needsChromium}`, () => {
  let browser: Browser;
  let api: Listener;
  const pages: Bun.Server<undefined>[] = [];

  beforeAll(async () => {
    const script = await bundle();
    const [allowed, foreign] = [servePage(script), servePage(script)];
    pages.push(allowed, foreign);
    const access = { host: "127.0.0.1", allowedHosts: [], corsOrigins: [originOf(allowed)], machine: "box" };
    const app = createTestApp({ access, keys: createKeyring(() => [{ name: "page", key }]) });
    api = listen(app.handle, { host: "127.0.0.1", port: 0, setting: "" });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    api.kill();
    for (const page of pages) await page.stop(true);
  });

  async function run(page: Bun.Server<undefined> | undefined, client: string): Promise<string> {
    if (!page) throw new Error("No page is served");
    const opened = await open(browser, originOf(page));
    const call = `clients.${client}("http://127.0.0.1:${api.port}", ${JSON.stringify(key)})`;
    return String(await opened.evaluate(`${call}.catch((error) => \`failed: \${error.message}\`)`));
  }

  test.each(names)("%s: answers, streams and request ids reach an allowed page", async (client) => {
    expect(await run(pages[0], client)).toBe("memory true true");
  });

  test.each(names)("%s: nothing reaches another page", async (client) => {
    expect(await run(pages[1], client)).toStartWith("failed: ");
  });
});

async function bundle(): Promise<string> {
  const entry = join(import.meta.dir, "browser-clients.fixture.ts");
  const { outputs } = await Bun.build({ entrypoints: [entry], target: "browser" });
  return (await outputs[0]?.text()) ?? "";
}

function servePage(script: string): Bun.Server<undefined> {
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) =>
      new URL(url).pathname === "/clients.js"
        ? new Response(script, { headers: { "content-type": "text/javascript" } })
        : new Response('<!doctype html><script type="module" src="/clients.js"></script>', {
            headers: { "content-type": "text/html" },
          }),
  });
}

function originOf({ port }: Bun.Server<undefined>): string {
  return `http://127.0.0.1:${port}`;
}

async function open(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(browserPatience);
  await page.goto(url);
  return page;
}
