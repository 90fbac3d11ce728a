/**
 * Takes docs/page.png: `bun test/docs/page-picture.ts [FILE]`. A real server with two models and two running answers, in
 * Chromium; it needs what `npm test` installed.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readLines } from "../../src/protocol/lines.ts";
import { openBrowser } from "../helpers/browser.ts";
import { encodersPath, modelPath, runtimeDir } from "../helpers/environment.ts";

const width = 1100;
/** Of the models that fit the machine. */
const shownModels = 3;
const repo = dirname(dirname(import.meta.dir));
const file = process.argv[2] ?? join(repo, "docs/page.png");
const home = mkdtempSync(join(tmpdir(), "ov-llm-picture-"));
const chatModel = "smollm2-135m-instruct";
const models = {
  [chatModel]: { path: modelPath(), task: "text-generation-with-past", weight_format: "q4_1" },
  "all-minilm-l6-v2": {
    path: join(encodersPath(), "minilm"),
    task: "feature-extraction",
    weight_format: "int8",
    pinned: true,
  },
};
const registry = join(home, "models/converted_models/registry.json");
mkdirSync(dirname(registry), { recursive: true });
writeFileSync(registry, JSON.stringify({ version: 1, models }));

const server = Bun.spawn([process.execPath, join(repo, "cli/main.ts"), "serve", "--port", "0"], {
  env: { PATH: process.env.PATH, HOME: home, OV_RUNTIME_DIR: runtimeDir() },
  stdio: ["ignore", "ignore", "pipe"],
});
const { promise: served, resolve: onServed } = Promise.withResolvers<string>();
void (async () => {
  for await (const lines of readLines(server.stderr)) {
    const url = lines.map((line) => / serving url=(\S+)/.exec(line)?.[1]).find((one) => one !== undefined);
    if (url !== undefined) onServed(url);
  }
})();
const url = await served;

/** An answer of that many tokens, read to its end. */
async function ask(content: string, max_tokens: number): Promise<void> {
  const messages = [{ role: "user", content }];
  const body = JSON.stringify({ model: chatModel, messages, max_tokens, ignore_eos: true, stream: true });
  const headers = { "Content-Type": "application/json" };
  await (await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body })).text();
}

const browser = await openBrowser();
try {
  await ask("What is a river?", 64);
  const page = await browser.newPage({ viewport: { width, height: 1600 } });
  await page.goto(url);
  for (const tokens of [300, 500, 700, 400])
    await Promise.all([ask("Tell a story.", tokens), ask("Why?", 400)]);
  const last = ["Tell a long story.", "Describe the sea."].map((question) => ask(question, 4000));
  const cancels = page.getByRole("button", { name: "Cancel" });
  await cancels.nth(1).waitFor();
  await page.getByText("Models that fit this machine").click();
  const row = page.locator("li.known").nth(shownModels - 1);
  await row.waitFor();
  // So that the running answers have some text.
  await ask("Why is the sky blue?", 300);
  await cancels.nth(2).waitFor({ state: "detached" });
  const { y = 0, height = 0 } = (await row.boundingBox()) ?? {};
  await page.screenshot({ path: file, clip: { x: 0, y: 0, width, height: Math.ceil(y + height) } });
  await page.close();
  server.kill();
  await Promise.allSettled(last);
} finally {
  await browser.close();
  server.kill();
  await server.exited;
  rmSync(home, { recursive: true, force: true });
}
