import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DownloadProgress, downloadConfig, downloadModel } from "../../src/convert/download.ts";
import { parseDryRun, parseRepoName } from "../../src/convert/hub.ts";
import { writeScript } from "../engine/kinds/batching/fake-python.ts";
import { startFakeHub } from "../fakes/hub.ts";
import { convertEnv } from "../helpers/environment.ts";
import { failureOf } from "../helpers/failure.ts";
import { eventually } from "../helpers/processes.ts";
import { createTempDir } from "../helpers/temp.ts";

const temp = createTempDir();
const seconds = 60_000;
// The client writes in steps of 10 MB.
const weights = new Uint8Array(24_000_000).map((_, index) => index % 251);
const files = { "config.json": "{}", "a folder/notes.txt": "n", "model.safetensors": weights };

const hub = startFakeHub({
  repositories: {
    "Owner/Model-1.5B": {
      ...files,
      "original/consolidated.00.pth": "double",
      "consolidated.safetensors": "double",
    },
    "gated/model": { "config.json": "{}" },
    "huge/model": { "config.json": "{}" },
  },
  gated: ["gated/model"],
  claims: { "huge/model": 4e15 },
});
afterAll(() => hub.stop());

function createScene(changed: Record<string, string> = {}) {
  const root = mkdtempSync(join(temp, "a home "));
  const targetDir = join(root, "model", "Model-1.5B");
  const steps: DownloadProgress[] = [];
  const variables = {
    PATH: process.env.PATH,
    HOME: root,
    HF_HOME: join(root, "hf"),
    HF_ENDPOINT: hub.url,
    ...changed,
  };
  const download = (repo = "Owner/Model-1.5B", signal?: AbortSignal) =>
    downloadModel({
      repo,
      pythonEnv: convertEnv(),
      targetDir,
      onProgress: (progress) => void steps.push(progress),
      signal,
      variables,
    });
  return { root, targetDir, variables, steps, download };
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error = await failureOf(work);
  expect(error.code).toBe("download_failed");
  return error.message;
}

describe("downloadModel", () => {
  test(
    "brings all files but those that double the weights, reports sizes, and fetches nothing twice",
    async () => {
      const { targetDir, steps, download } = createScene();
      expect(await download()).toEqual({ path: targetDir });
      const found = readdirSync(targetDir).filter((name) => !name.startsWith("."));
      expect(found.toSorted()).toEqual(["a folder", "config.json", "model.safetensors"]);
      expect(isWhole(targetDir)).toBe(true);
      expect(steps.slice(0, 2)).toEqual([
        { step: "started" },
        { step: "listed", files: 3, bytes: 24_000_003 },
      ]);
      expect(steps.at(-1)).toEqual({ step: "done" });
      const before = hub.requests.filter((request) => request.startsWith("GET /Owner")).length;
      await download();
      expect(hub.requests.filter((request) => request.startsWith("GET /Owner"))).toHaveLength(before);
    },
    seconds,
  );

  test(
    "brings what shows the model's task alone, when only that is asked for",
    async () => {
      const { root, targetDir, variables } = createScene();
      const scene = { pythonEnv: convertEnv(), targetDir, variables };
      await downloadConfig({ repo: "Owner/Model-1.5B", ...scene });
      const found = readdirSync(targetDir).filter((name) => !name.startsWith("."));
      expect(found).toEqual(["config.json"]);
      const nowhere = { ...scene, targetDir: join(root, "other") };
      expect(await failure(downloadConfig({ repo: "o/none", ...nowhere }))).toContain(
        "there is no such model",
      );
    },
    seconds,
  );

  test(
    "resumes in the middle of a file after a stop",
    async () => {
      const after = 15_000_000;
      const slow = startFakeHub({
        repositories: { "o/m": files },
        hold: { file: "model.safetensors", after },
      });
      const { targetDir, download } = createScene({ HF_ENDPOINT: slow.url });
      const stop = new AbortController();
      const cut = failure(download("o/m", stop.signal));
      await slow.held;
      await eventually(() => sizeOfPartial(targetDir) > 0, 30);
      stop.abort();
      expect(await cut).toContain("it was stopped. Run it again to continue.");
      const partial = sizeOfPartial(targetDir);
      await download("o/m");
      expect(slow.requests.filter((request) => request.endsWith(` bytes=${partial}-`))).toHaveLength(1);
      expect(isWhole(targetDir)).toBe(true);
      await slow.stop();
    },
    seconds,
  );

  test(
    "takes the token of HF_TOKEN, or the one that a log-in left",
    async () => {
      await createScene({ HF_TOKEN: "hf_from_variable" }).download("gated/model");
      const { root, download } = createScene();
      mkdirSync(join(root, "hf"));
      writeFileSync(join(root, "hf", "token"), "hf_from_file");
      await download("gated/model");
      expect([...hub.tokens].toSorted()).toEqual(["hf_from_file", "hf_from_variable"]);
    },
    seconds,
  );

  test(
    "names the page and the log-in for a gated model",
    async () => {
      const message = await failure(createScene().download("gated/model"));
      expect(message).toContain(`${hub.url}/gated/model`);
      expect(message).toContain("hf auth login");
    },
    seconds,
  );

  test(
    "says that a model is not there",
    async () => {
      const name = `owner/${"long-name.".repeat(8)}x`;
      const message = await failure(createScene().download(name));
      expect(message).toContain(`Cannot download ${name}: there is no such model on ${hub.url}`);
    },
    seconds,
  );

  test(
    "says that the hub cannot be reached, also when half of the model lies there",
    async () => {
      const { targetDir, download } = createScene({ HF_ENDPOINT: "http://127.0.0.1:1" });
      expect(await failure(download())).toContain("http://127.0.0.1:1 cannot be reached");
      writeFileSync(join(targetDir, "config.json"), "{}");
      expect(await failure(download())).toContain("cannot be reached");
    },
    seconds,
  );

  test(
    "refuses what the disk cannot hold before it fetches anything",
    async () => {
      const { targetDir, download } = createScene();
      const message = await failure(download("huge/model"));
      expect(message).toMatch(/needs 3638\.0 TB more in .* and [\d.]+ [GT]B is free/);
      expect(existsSync(join(targetDir, "config.json"))).toBe(false);
    },
    seconds,
  );

  test("says that the disk became full on the way", async () => {
    const pythonEnv = join(mkdtempSync(join(temp, "client ")), "environment");
    mkdirSync(join(pythonEnv, "bin"), { recursive: true });
    writeScript(
      join(pythonEnv, "bin/python"),
      `case "$*" in *--dry-run*) echo '[{"file": "a", "size": "2.0"}]' ;;
      *) echo "OSError: [Errno 28] No space left on device" >&2; exit 1 ;; esac`,
    );
    const targetDir = join(pythonEnv, "model");
    const work = downloadModel({ repo: "o/m", pythonEnv, targetDir, onProgress: () => {} });
    expect(await failure(work)).toContain("is full. Make room, then run it again to continue.");
  });

  test("says that the folder cannot be made", async () => {
    const { root, download } = createScene();
    writeFileSync(join(root, "model"), "a file");
    expect(await failure(download())).toContain("ENOTDIR");
  });

  test("refuses what is no name of a model before it does anything", async () => {
    const { root, download } = createScene();
    expect(await failure(download("owner/../x"))).toContain("expected owner/name, as in Qwen/");
    expect(existsSync(join(root, "model"))).toBe(false);
  });
});

describe("parseRepoName", () => {
  test.each([
    ["Qwen/Qwen2.5-3B-Instruct", { owner: "Qwen", name: "Qwen2.5-3B-Instruct" }],
    ["a/b", { owner: "a", name: "b" }],
    ["0-x_y.z/1_2.3", { owner: "0-x_y.z", name: "1_2.3" }],
    [`o/${"x".repeat(94)}`, { owner: "o", name: "x".repeat(94) }],
  ])("takes %j", (text, name) => expect(parseRepoName(text)).toEqual(name));

  test.each([
    "",
    "/",
    "model",
    "owner/",
    "/model",
    "a/b/c",
    "/etc/passwd",
    "..",
    "../..",
    "../x",
    "owner/..",
    "owner/.",
    "owner/../x",
    "owner/a..b",
    "owner/.hidden",
    "-rf/model",
    "owner/--help",
    "owner/-x",
    "owner/a--b",
    "owner/x-",
    "owner/x.",
    "owner./x",
    "o/m.git",
    "o/m\n",
    "o\n/m",
    " o/m",
    "o/m m",
    "o\\m",
    "o/模型",
    "ö/m",
    "o/m\u0000",
    "o/%2e%2e",
    "hub:o/m",
    `o/${"x".repeat(95)}`,
  ])("refuses %j", (text) => expect(parseRepoName(text)).toBeNull());
});

test.each([
  [`[{"file": "a", "size": "2.0"}, {"file": "b", "size": "1.5K"}]`, { files: 2, bytes: 1502 }],
  [
    `a warning\n[{"file": "a", "size": "-"}, {"file": "b", "size": "30.0G"}]`,
    { files: 1, bytes: 30_000_000_000 },
  ],
  ["[]", { files: 0, bytes: 0 }],
  ["nothing of the kind", null],
  ["", null],
])("parseDryRun(%j)", (text, expected) => expect(parseDryRun(text)).toEqual(expected));

function isWhole(targetDir: string): boolean {
  return readFileSync(join(targetDir, "model.safetensors")).equals(weights);
}

function sizeOfPartial(targetDir: string): number {
  const folder = join(targetDir, ".cache/huggingface/download");
  if (!existsSync(folder)) return 0;
  const partial = readdirSync(folder).find((name) => name.endsWith(".incomplete"));
  return partial === undefined ? 0 : Bun.file(join(folder, partial)).size;
}
