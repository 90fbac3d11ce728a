import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ConvertHome, makeConvertHome, makeModel, makeOpenVino } from "../convert/fake-models.ts";
import { startFakeHub, toRepository } from "../fakes/hub.ts";
import { repo } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { runCli } from "./run-cli.ts";

const task = "text-generation-with-past";
const folderOf = (format: string) => `task-${task}__wf-${format}`;
const newHome = (how?: string) => makeConvertHome(createTempDir(), how);
const convert = (place: ConvertHome, ...args: string[]) => runCli(["convert", "--yes", ...args], place);

/** Everything in the output folder but the registry, the lock and the logs. */
function listOut({ out }: ConvertHome): string[] {
  if (!existsSync(out)) return [];
  const own = ["registry.json", "registry.json.lock", ".convert.lock", ".logs"];
  return readdirSync(out).filter((name) => !own.includes(name));
}

describe("ov-llm convert", () => {
  test("converts a folder, registers it and moves the original", async () => {
    const place = newHome();
    const source = makeModel(join(place.src, "Qwen2.5-3B-Instruct"));
    const { code, err, out } = await convert(place, "--json");
    expect([code, err]).toEqual([0, expect.stringContaining('converted as "qwen2-5-3b-instruct"')]);
    const path = join(place.out, "qwen2-5-3b-instruct", folderOf("int8"));
    const original = join(place.og, "Qwen2.5-3B-Instruct");
    expect(JSON.parse(out)).toMatchObject({
      models: [
        { state: "converted", name: "qwen2-5-3b-instruct", path, original_path: original, error: null },
      ],
    });
    expect(JSON.parse(readFileSync(join(path, "conversion.json"), "utf8"))).toEqual({
      name: "qwen2-5-3b-instruct",
      source_path: source,
      original_path: original,
      converted_path: path,
      task,
      weight_format: "int8",
      converted_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(place.models()).toEqual({
      "qwen2-5-3b-instruct": { path, task, weight_format: "int8", converted_at: expect.any(String) },
    });
    expect([existsSync(source), existsSync(original)]).toEqual([false, true]);
    expect(err).toContain(
      "Python files that come with a model run on this machine, as you (none of these models has any)",
    );
    expect(err).toContain(join(place.out, ".logs/qwen2-5-3b-instruct.log"));
    expect(await convert(place)).toMatchObject({
      code: 0,
      err: expect.stringContaining("Nothing to convert"),
    });
  });

  test("passes on the weight format that is in the path, and no secrets", async () => {
    const place = newHome();
    makeModel(join(place.src, "m"), { "config.json": `{"hidden_size":576}` });
    // The scheme of int4 follows the device; on a CPU also its instructions.
    const env = { ...place.env, OV_API_KEY: "secret-key", PYTHONPATH: "/x", OV_DEVICE: "GPU" };
    const home = { ...place, env };
    const { err } = await convert(home, "--weight-format", "int4", "--no-trust-remote-code");
    const { args, env: seen } = JSON.parse(
      readFileSync(join(place.out, "m", folderOf("int4"), "openvino_model.xml"), "utf8"),
    );
    expect(args.join(" ")).toContain("--weight-format int4 --group-size 64");
    expect(args).not.toContain("--trust-remote-code");
    expect(seen).not.toContain("OV_API_KEY");
    expect(seen).not.toContain("PYTHONPATH");
    expect(err).toContain("int4 uses group size 64: 128 does not divide 576");
  });

  test("makes int4 as it was asked to, and notes how", async () => {
    const place = newHome();
    makeModel(join(place.src, "m"), { "config.json": `{"hidden_size":576}` });
    const asked = ["--group-size", "-1", "--sym", "--ratio", "0.8", "--json"];
    const { out, err } = await convert(place, "--weight-format", "int4", ...asked);
    const folder = join(place.out, "m", folderOf("int4"));
    const { args } = JSON.parse(readFileSync(join(folder, "openvino_model.xml"), "utf8"));
    expect(args.join(" ")).toContain("--weight-format int4 --group-size -1 --sym --ratio 0.8");
    expect(err).toContain("int4 uses one group per row, symmetric, 80 % of the layers, as asked");
    const int4 = { group_size: -1, symmetric: true, ratio: 0.8 };
    expect(JSON.parse(readFileSync(join(folder, "conversion.json"), "utf8"))).toMatchObject({ int4 });
    expect(JSON.parse(out).models).toMatchObject([{ int4 }]);
  });

  test.each([
    [["--group-size", "64"], "--group-size is for int4, and the weight format is int8"],
    [["--weight-format", "int4", "--group-size", "0"], 'Cannot use --group-size "0": expected -1'],
    [["--weight-format", "int4", "--ratio", "2"], 'Cannot use --ratio "2"'],
  ])("%j is a wrong command line", async (args, message) => {
    const { code, err } = await convert(newHome(), ...args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  test("registers what is ready where it lies", async () => {
    const place = newHome();
    const path = makeOpenVino(join(place.src, "Phi-4-mini-int4-ov"));
    expect((await convert(place)).code).toBe(0);
    expect(place.models()).toEqual({ "phi-4-mini-int4-ov": { path, task, weight_format: "int4" } });
    expect(existsSync(path)).toBe(true);
  });

  test("takes names with spaces, unicode and leading dashes, and suffixes double ones", async () => {
    const place = newHome();
    for (const name of ["--help", "a b", "A-B", "模型"]) makeModel(join(place.src, name));
    const { code, err } = await convert(place);
    expect(code).toBe(0);
    expect(Object.keys(place.models()).sort()).toEqual(["a-b", "a-b-2", "help", "moxing"]);
    expect(err).toContain('the name "a-b" is taken, so it becomes "a-b-2"');
    expect(readdirSync(place.og).sort()).toEqual(["--help", "A-B", "a b", "模型"]);
  });

  test("converts only what is asked for", async () => {
    const place = newHome();
    for (const name of ["qwen-1", "qwen-2", "llama", "phi"]) makeModel(join(place.src, name));
    await convert(place, "--include", "qwen*", "--include", "phi", "--exclude", "*-2");
    expect(Object.keys(place.models())).toEqual(["phi", "qwen-1"]);
    await convert(place, "--only", "llama", "--name", "Mine", "--copy");
    expect(place.models()).toHaveProperty("mine");
    expect(existsSync(join(place.src, "llama"))).toBe(true);
    const again = await convert(place, "--only", "llama");
    expect([again.code, again.err]).toEqual([
      1,
      expect.stringContaining('already converted to int8 as "mine"'),
    ]);
    expect((await convert(place, "--only", "llama", "--weight-format", "int4", "--copy")).code).toBe(0);
    expect(place.models()).toHaveProperty("llama.weight_format", "int4");
    expect((await convert(place, "--only", "nope")).err).toContain('There is no "nope" in');
  });

  test("converts a folder anywhere by its path, and leaves it there", async () => {
    const place = newHome();
    const source = makeModel(join(place.home, "elsewhere", "My Model"));
    makeModel(join(place.home, "elsewhere", "other"));
    makeModel(join(place.src, "waiting"));
    const { code, err, out } = await convert(place, source, "--json");
    expect([code, err]).toEqual([0, expect.stringContaining('converted as "my-model"')]);
    expect(JSON.parse(out)).toMatchObject({
      models: [{ name: "my-model", original_path: source, error: null }],
      skipped: [],
    });
    expect([existsSync(join(source, "model.safetensors")), Object.keys(place.models())]).toEqual([
      true,
      ["my-model"],
    ]);
    expect(await convert(place, join(place.home, "none"))).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^error: Cannot convert ".*none": it does not exist\. Check the path\.\n$/),
    });
    expect(await convert(place, source, "--only", "x")).toMatchObject({ code: 2 });
  });

  test("--overwrite replaces the model and keeps what somebody set in its entry", async () => {
    const place = newHome();
    makeModel(join(place.src, "m"));
    await convert(place, "--copy");
    const before = place.models();
    writeFileSync(
      place.registryPath,
      JSON.stringify({ version: 1, models: { m: { ...before.m, device: "GPU" } } }),
    );
    const { code } = await convert(place, "--overwrite");
    expect(code).toBe(0);
    const { m } = place.models();
    expect(m).toMatchObject({ device: "GPU", path: before.m?.path });
    expect(m?.converted_at).not.toBe(before.m?.converted_at);
    expect(Object.keys(place.models())).toEqual(["m"]);
  });

  test("--dry-run shows the plan and changes nothing", async () => {
    const place = newHome();
    makeModel(join(place.src, "m"));
    const { code, err, out } = await runCli(["convert", "--dry-run", "--json"], place);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ models: [{ name: "m", state: "planned" }] });
    expect(err).toContain("Disk: about");
    expect([existsSync(place.out), existsSync(place.og)]).toEqual([false, false]);
  });

  test("fetches a model of the hub, and converts that one alone", async () => {
    const place = newHome();
    const models = createTempDir();
    const hub = startFakeHub({
      repositories: {
        "Acme/Tiny-1B": toRepository(makeModel(join(models, "tiny"))),
        "OpenVINO/Tiny-int4-ov": toRepository(makeOpenVino(join(models, "ready"))),
      },
    });
    makeModel(join(place.src, "other"));
    const home = { ...place, env: { ...place.env, HF_ENDPOINT: hub.url } };
    const fetched = await convert(home, "Acme/Tiny-1B", "--name", "tiny");
    expect([fetched.code, fetched.err]).toEqual([0, expect.stringContaining("Fetching Acme/Tiny-1B to ")]);
    expect((await convert(home, "OpenVINO/Tiny-int4-ov")).code).toBe(0);
    expect(place.models()).toMatchObject({
      tiny: { weight_format: "int8" },
      "tiny-int4-ov": { path: join(place.src, "Tiny-int4-ov"), weight_format: "int4" },
    });
    expect(readdirSync(place.og)).toEqual(["Tiny-1B"]);
    const again = await convert(home, "Acme/Tiny-1B");
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('was converted before, as "tiny"')]);
    expect(existsSync(join(place.src, "Tiny-1B"))).toBe(false);
    await hub.stop();
  });

  test("100 folders", async () => {
    const place = newHome();
    for (let number = 0; number < 100; number += 1) makeModel(join(place.src, `Model ${number}`));
    const { code, out } = await convert(place, "--json");
    expect([code, JSON.parse(out).models.length]).toEqual([0, 100]);
    expect(Object.keys(place.models())).toHaveLength(100);
    expect(readdirSync(place.src)).toEqual(["og_models"]);
  }, 180_000);
});

describe("what cannot start", () => {
  test.each([
    [["convert"], 2, "the input is not a terminal. Pass --yes"],
    [["convert", "--yes", "not-a-repo"], 2, "Give a model of the hub as owner/name, as in Qwen/"],
    [["convert", "--yes", "--weight-format", "int5"], 2, "one of fp32, fp16, int8, int4"],
    [["convert", "--yes", "--name", "x"], 2, "--name is for one model, and 2 were found"],
    [["convert", "--yes", "--model-out", "/proc/none"], 2, "Make it writable or set OV_MODEL_OUT"],
    [["convert", "--yes", "--model-og", "/proc/none"], 2, "Make it writable or set OV_MODEL_OG"],
    [["convert", "--yes", "--runtime-dir", "/none"], 1, "or `ov-llm setup`"],
  ])("%j: exit code %p", async (args, code, sentence) => {
    const place = newHome();
    for (const name of ["a", "b"]) makeModel(join(place.src, name));
    const result = await runCli(args, place);
    expect([result.code, result.err]).toEqual([code, expect.stringContaining(sentence)]);
    expect(readdirSync(place.src).sort().slice(0, 2)).toEqual(["a", "b"]);
    expect(place.models()).toEqual({});
  });

  test("a registry that cannot be understood stays as it is", async () => {
    const place = newHome();
    makeModel(join(place.src, "a"));
    mkdirSync(place.out, { recursive: true });
    writeFileSync(place.registryPath, "{");
    expect(await convert(place)).toMatchObject({
      code: 1,
      err: expect.stringContaining("is not valid JSON"),
    });
    expect(readFileSync(place.registryPath, "utf8")).toBe("{");
  });

  test("a model that is too large is refused before anything is done", async () => {
    const place = newHome();
    makeModel(join(place.src, "huge"), { "model.safetensors": toHugeHeader() });
    const { code, err, out } = await convert(place, "--json");
    expect([code, err]).toEqual([3, expect.stringContaining("of memory, and this machine has")]);
    expect(JSON.parse(out)).toMatchObject({ models: [{ state: "refused" }] });
  });
});

/** Says that it has 10^15 parameters in no bytes. */
function toHugeHeader(): Buffer {
  const header = Buffer.from(JSON.stringify({ w: { dtype: "F16", shape: [1e15], data_offsets: [0, 0] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header]);
}

describe("an export that fails changes nothing, and says why", () => {
  test.each([
    ["killed", "the system killed it (SIGKILL), as happens when memory runs out", "add swap"],
    ["silent", "it ended with exit code 4", "Its full output: "],
    [
      "no-tokenizer",
      "does not work: it has no openvino_tokenizer.xml and no openvino_detokenizer.xml.",
      "Convert the model again",
    ],
    ["says OSError: [Errno 28] No space left on device", "No space left on device", "The disk is full"],
    ["says huggingface_hub.errors.GatedRepoError: 401 Client Error", "GatedRepoError", "accept the licence"],
    ["says ValueError: pass trust_remote_code=True", "trust_remote_code", "--no-trust-remote-code forbids"],
    ["says ValueError: a custom or unsupported architecture", "unsupported architecture", "upgrade with"],
  ])("%s", async (behaviour, line, remedy) => {
    const place = newHome();
    const source = makeModel(join(place.src, "m"), { behaviour });
    const { code, err } = await convert(place);
    expect(code).toBe(1);
    expect(err).toContain(line);
    expect(err).toContain(remedy);
    expect(place.models()).toEqual({});
    expect([existsSync(join(source, "model.safetensors")), listOut(place)]).toEqual([true, []]);
  });

  test("a model that the engine does not take", async () => {
    const place = newHome("refuses");
    makeModel(join(place.src, "m"));
    const { code, err } = await convert(place);
    expect([code, err]).toEqual([1, expect.stringContaining("The weights are upside down")]);
    expect([place.models(), listOut(place), existsSync(join(place.src, "m"))]).toEqual([{}, [], true]);
  });

  test("a width that config.json does not state gets another group size by itself", async () => {
    const place = newHome();
    makeModel(join(place.src, "m"), { behaviour: "group-size" });
    const home = { ...place, env: { ...place.env, OV_DEVICE: "GPU" } };
    const { code, err } = await convert(home, "--weight-format", "int4");
    expect([code, err]).toEqual([
      0,
      expect.stringContaining("Trying again: int4 uses group size 64: 128 does not divide 576"),
    ]);
  });

  test("a limit on the size of files, as on a full disk", async () => {
    const place = newHome();
    makeModel(join(place.src, "m"), { behaviour: "bytes 50000000" });
    const child = Bun.spawn(
      [
        "bash",
        "-c",
        'ulimit -f 20000; exec "$@"',
        "-",
        process.execPath,
        join(repo, "cli/main.ts"),
        "convert",
        "--yes",
      ],
      {
        cwd: place.home,
        env: { PATH: process.env.PATH, HOME: place.home, ...place.env },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const [err, code] = await Promise.all([child.stderr.text(), child.exited]);
    expect([code, err]).toEqual([1, expect.stringContaining('Cannot convert "m"')]);
    expect([place.models(), listOut(place), existsSync(join(place.src, "m"))]).toEqual([{}, [], true]);
  });

  test("the next one is converted with --keep-going alone", async () => {
    const place = newHome();
    makeModel(join(place.src, "a"), { behaviour: "silent" });
    makeModel(join(place.src, "b"));
    const first = await convert(place, "--json");
    expect([first.code, JSON.parse(first.out).models.map(({ state }: { state: string }) => state)]).toEqual([
      1,
      ["failed", "not started"],
    ]);
    const second = await convert(place, "--json", "--keep-going");
    expect([second.code, JSON.parse(second.out).models.map(({ state }: { state: string }) => state)]).toEqual(
      [1, ["failed", "converted"]],
    );
  });
});
