import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, truncateSync, watch } from "node:fs";
import { join } from "node:path";
import { listCopies } from "../../src/engine/copies/copies.ts";
import type { Host } from "../../src/engine/supervise/types.ts";
import { createLog } from "../../src/log.ts";
import { type BatchingHostOptions, loadBatchingHost } from "../helpers/batching-host.ts";
import { toRequest } from "../helpers/engine-request.ts";
import { modelPath } from "../helpers/environment.ts";
import { createTempDir } from "../helpers/temp.ts";

const modelCacheDir = createTempDir();
const root = join(modelCacheDir, "gguf");
mkdirSync(root);
const lines: string[] = [];
const log = createLog({ level: "warn", timestamps: false, write: (line) => lines.push(line) });
const options = { modelCacheDir, ggufCache: 2 ** 30, log };

async function ask(host: Host): Promise<string> {
  let text = "";
  const request = toRequest("What is the capital of France?", { max_tokens: 24 });
  for await (const event of host.run("generate", request, new AbortController().signal)) {
    if (event.type === "text") text += event.text;
  }
  return text;
}

/** Loads the model, and unloads it once it has answered. */
async function answer(more: BatchingHostOptions = {}): Promise<[string, Host["ready"]]> {
  const host = await loadBatchingHost("smol", modelPath(), {}, { ...options, ...more });
  const text = await ask(host);
  await host.close();
  return [text, host.ready];
}

test("a load that is killed while it makes the copy leaves none", async () => {
  const stop = new AbortController();
  const watcher = watch(root, () => stop.abort(new Error("killed")));
  const load = loadBatchingHost("smol", modelPath(), {}, { ...options, signal: stop.signal });
  await expect(load).rejects.toThrow("killed");
  watcher.close();
  expect(readdirSync(root)).toEqual([expect.stringMatching(/^\..*\.partial$/)]);
  expect(await listCopies(options)).toEqual([]);
}, 180_000);

test("a disk that is full leaves no copy, a warning, and a model that answers", async () => {
  const wrap = ["/bin/sh", "-c", 'ulimit -f 40000; exec "$@"', "sh"];
  const [text] = await answer({ wrap });
  expect(text).toContain("Paris");
  expect(lines).toEqual([expect.stringMatching(/warn.* The model could not be copied to .*gguf/)]);
  expect(readdirSync(root)).toEqual([]);
}, 180_000);

test("a .gguf file answers the same from its copy, and a damaged copy is made again", async () => {
  const [fromFile, ready] = await answer();
  const [copy] = await listCopies(options);
  expect(copy).toMatchObject({ source: modelPath() });
  const made = copy?.usedAt ?? 0;
  const [fromCopy, again] = await answer();
  expect((await listCopies(options))[0]?.usedAt).toBeGreaterThan(made);
  expect(fromCopy).toBe(fromFile);
  // How long each stage took differs, and nothing else.
  expect({ ...again, stages: null }).toEqual({ ...ready, stages: null });
  const weights = join(copy?.folder ?? "", "openvino_model.bin");
  truncateSync(weights, 1000);
  expect((await answer())[0]).toBe(fromFile);
  expect((await listCopies(options))[0]?.bytes).toBe(copy?.bytes ?? 0);
  expect(lines).toHaveLength(1);
}, 180_000);
