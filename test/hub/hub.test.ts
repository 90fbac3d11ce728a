import { afterAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { chooseFiles } from "../../src/hub/choose.ts";
import { toPartialPath } from "../../src/hub/file.ts";
import { createHub, type DownloadProgress } from "../../src/hub/hub.ts";
import { startFakeHub } from "../fakes/hub.ts";
import { failureOf } from "../helpers/failure.ts";
import { eventually } from "../helpers/processes.ts";
import { createTempDir } from "../helpers/temp.ts";

const temp = createTempDir();
const weights = new Uint8Array(6_000_000).map((_, index) => index % 251);
const files = { "config.json": "{}", "a folder/notes.txt": "n", "model.safetensors": weights };

const hub = startFakeHub({
  repositories: {
    "Owner/Model-1.5B": {
      ...files,
      "original/consolidated.00.pth": "double",
      "consolidated.safetensors": "double",
      "pytorch_model.bin": "double",
    },
    "gated/model": { "config.json": "{}", "model.safetensors": "w" },
    "huge/model": { "config.json": "{}", "model.safetensors": "w" },
    "odd/model": { "../x": "{}" },
  },
  gated: ["gated/model"],
  claims: { "huge/model": 4e15 },
});
afterAll(() => hub.stop());

function createScene(changed: Record<string, string> = {}) {
  const root = mkdtempSync(join(temp, "a home "));
  const folder = join(root, "model", "Model-1.5B");
  const steps: DownloadProgress[] = [];
  const variables = { HOME: root, HF_HOME: join(root, "hf"), HF_ENDPOINT: hub.url, ...changed };
  async function download(repo = "Owner/Model-1.5B", signal = new AbortController().signal) {
    const { list, download } = createHub(variables);
    const listing = await list(repo, signal);
    const targets = chooseFiles(listing, null).files.map((file) => ({ file, path: join(folder, file.path) }));
    await download({ listing, targets, signal, onProgress: (progress) => void steps.push(progress) });
  }
  const isWhole = () => readFileSync(join(folder, "model.safetensors")).equals(weights);
  return { root, folder, steps, download, isWhole };
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error = await failureOf(work);
  expect(error.code).toBe("download_failed");
  return error.message;
}

describe("a download", () => {
  test("brings all files but those that double the weights, reports sizes, and fetches nothing twice", async () => {
    const { folder, steps, download, isWhole } = createScene();
    await download();
    expect(readdirSync(folder).toSorted()).toEqual(["a folder", "config.json", "model.safetensors"]);
    expect(isWhole()).toBe(true);
    expect(steps.slice(0, 2)).toEqual([{ step: "started" }, { step: "listed", files: 3, bytes: 6_000_003 }]);
    expect(steps.at(-2)).toEqual({
      step: "running",
      done: 6_000_003,
      bytes: 6_000_003,
      file: {
        path: "model.safetensors",
        digest: new Bun.CryptoHasher("sha256").update(weights).digest("hex"),
        done: 6_000_000,
        bytes: 6_000_000,
      },
    });
    expect(steps.at(-1)).toEqual({ step: "done" });
    const count = () => hub.requests.filter((request) => request.startsWith("GET /Owner")).length;
    const before = count();
    await download();
    expect(count()).toBe(before);
    writeFileSync(join(folder, "config.json"), "[]");
    await download();
    expect([count(), readFileSync(join(folder, "config.json"), "utf8")]).toEqual([before + 1, "{}"]);
  });

  test("resumes in the middle of a file after a stop", async () => {
    const after = 3_000_000;
    const slow = startFakeHub({
      repositories: { "o/m": files },
      hold: { file: "model.safetensors", after },
    });
    const { folder, steps, download, isWhole } = createScene({ HF_ENDPOINT: slow.url });
    const stop = new AbortController();
    const cut = download("o/m", stop.signal);
    await slow.held;
    const partial = toPartialPath(join(folder, "model.safetensors"));
    await eventually(() => existsSync(partial) && Bun.file(partial).size === after);
    stop.abort(new Error("enough"));
    await expect(cut).rejects.toThrow("enough");
    expect(existsSync(join(folder, "model.safetensors"))).toBe(false);
    await download("o/m");
    expect(slow.requests.filter((request) => request.endsWith(` bytes=${after}-`))).toHaveLength(1);
    expect(isWhole()).toBe(true);
    expect(steps.at(-1)).toEqual({ step: "done" });
    await slow.stop();
  });

  test("starts a file again whose part is of another version", async () => {
    const { folder, download, isWhole } = createScene();
    mkdirSync(folder, { recursive: true });
    writeFileSync(toPartialPath(join(folder, "model.safetensors")), "something else");
    await download();
    expect(isWhole()).toBe(true);
  });

  test("asks again when the hub is busy", async () => {
    const busy = startFakeHub({ repositories: { "o/m": files }, busy: 1 });
    const { download, isWhole } = createScene({ HF_ENDPOINT: busy.url });
    await download("o/m");
    expect(isWhole()).toBe(true);
    await busy.stop();
  });

  test("does not take what arrives damaged", async () => {
    const bad = startFakeHub({ repositories: { "o/m": files }, damaged: ["model.safetensors"] });
    const { folder, download } = createScene({ HF_ENDPOINT: bad.url });
    expect(await failure(download("o/m"))).toContain("model.safetensors arrived damaged. Run it again.");
    expect(readdirSync(folder).toSorted()).toEqual(["a folder", "config.json"]);
    await bad.stop();
  });

  test("takes the token of HF_TOKEN, or the one that a log-in left", async () => {
    await createScene({ HF_TOKEN: "hf_from_variable" }).download("gated/model");
    const { root, download } = createScene();
    mkdirSync(join(root, "hf"));
    writeFileSync(join(root, "hf", "token"), "hf_from_file\n");
    await download("gated/model");
    expect([...hub.tokens].toSorted()).toEqual(["hf_from_file", "hf_from_variable"]);
  });

  test("names the page and the token for a gated model", async () => {
    const message = await failure(createScene().download("gated/model"));
    expect(message).toContain(`Do that on ${hub.url}/gated/model, set HF_TOKEN`);
  });

  test("says that a model is not there", async () => {
    const name = `owner/${"long-name.".repeat(8)}x`;
    const message = await failure(createScene().download(name));
    expect(message).toContain(`Cannot download ${name}: there is no such model on ${hub.url}`);
  });

  test("says that the hub cannot be reached", async () => {
    const { download } = createScene({ HF_ENDPOINT: "http://127.0.0.1:1" });
    expect(await failure(download())).toContain("http://127.0.0.1:1 cannot be reached");
  });

  test("says that it is no hub that answers", async () => {
    const other = Bun.serve({ port: 0, fetch: () => new Response("<html>") });
    const { download } = createScene({ HF_ENDPOINT: `http://127.0.0.1:${other.port}` });
    expect(await failure(download())).toContain("is not a hub of models. Check HF_ENDPOINT.");
    await other.stop(true);
  });

  test("refuses what the disk cannot hold before it fetches anything", async () => {
    const { folder, download } = createScene();
    const message = await failure(download("huge/model"));
    expect(message).toMatch(/needs 7276\.0 TB more in .* and [\d.]+ [GT]B is free/);
    expect(existsSync(join(folder, "config.json"))).toBe(false);
  });

  test("says that the disk is full, also where only the last bytes have no room", async () => {
    const { root, folder } = createScene();
    const source = join(import.meta.dir, "../../src/hub");
    const program = `import { createHub } from "${source}/hub.ts";
      import { chooseFiles } from "${source}/choose.ts";
      const { list, download } = createHub(process.env);
      const { signal } = new AbortController();
      const listing = await list("Owner/Model-1.5B", signal);
      const targets = chooseFiles(listing, null).files.map((file) => ({ file, path: "${folder}/" + file.path }));
      const failure = await download({ listing, targets, signal, onProgress: () => {} }).catch(String);
      console.log(failure);`;
    // No file may have more kilobytes.
    const kilobytes = Math.floor(weights.length / 1024);
    const limited = ["bash", "-c", `trap "" XFSZ; ulimit -f ${kilobytes}; exec "$@"`, "bash"];
    const child = Bun.spawn([...limited, process.execPath, "-e", program], {
      env: { ...process.env, HOME: root, HF_HOME: join(root, "hf"), HF_ENDPOINT: hub.url },
      stdout: "pipe",
    });
    expect(await child.stdout.text()).toContain("Make room, then run it again to continue.");
    const partial = toPartialPath(join(folder, "model.safetensors"));
    expect(readFileSync(partial).equals(weights.subarray(0, kilobytes * 1024))).toBe(true);
  });

  test("does not blame the hub for a disk that fails", async () => {
    const { folder, download } = createScene();
    mkdirSync(folder, { recursive: true });
    // The kernel takes only small numbers there, and answers anything else with an error.
    symlinkSync("/proc/self/oom_score_adj", toPartialPath(join(folder, "model.safetensors")));
    const message = await failure(download());
    expect(message).toContain(`"${join(folder, "model.safetensors")}" cannot be written (EINVAL`);
  });

  test("says that the folder cannot be made", async () => {
    const { root, download } = createScene();
    writeFileSync(join(root, "model"), "a file");
    expect(await failure(download())).toContain("ENOTDIR");
  });

  test("refuses what is no name of a model, and files that lead out of the folder", async () => {
    const { download } = createScene();
    expect(await failure(download("owner/../x"))).toContain("expected owner/name, as in Qwen/");
    expect(await failure(download("odd/model"))).toContain('it names a file "../x"');
  });
});
