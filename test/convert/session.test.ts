import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadSettings } from "../../src/config/load.ts";
import type { ConvertEvent } from "../../src/convert/events.ts";
import type { Ask, ConvertOptions, Session } from "../../src/convert/options.ts";
import { noInt4Wishes } from "../../src/convert/plan/int4.ts";
import { toLogPath } from "../../src/convert/run.ts";
import { runSession } from "../../src/convert/session.ts";
import { OvError } from "../../src/errors.ts";
import { failureOf } from "../helpers/failure.ts";
import { createTempDir } from "../helpers/temp.ts";
import { fakeExporter, makeGguf, makeModel, makeOpenVino, plainConfig } from "./fake-models.ts";

interface Scene {
  home: string;
  src: string;
  events: ConvertEvent[];
  session: Session;
  /** The types of the events, each once in a row. */
  types(): string[];
}

interface SceneOptions {
  ask?: Ask | null;
  flags?: Record<string, string>;
  /** Files of the hub's models beside those of a small one. */
  hubFiles?: Record<string, string>;
  /** The hub's newest commit; the first digit of it. */
  commit?: string;
  measure?: Session["deps"]["measure"];
}

const quality = {
  tokens: 100,
  agreement: 0.9,
  perplexity: 12,
  original_perplexity: 11,
  tokens_per_second: 40,
};
const meter: Session["deps"]["measure"] = { measure: async () => quality };

const wanted = { repo: "Acme/Tiny", quant: null, reuse: false, unattended: false };

/** A hub on which every repository has the files of a small model, and `more`. */
function createHubOf(more: Record<string, string>, commit: string): Session["deps"]["hub"] {
  const names = ["config.json", "model.safetensors", "tokenizer.json"];
  const toFile = (path: string) => ({ path, bytes: null, digest: null });
  return {
    list: async (repo) => ({
      repo,
      commit: commit.repeat(40),
      files: [...new Set([...names, ...Object.keys(more)])].map(toFile),
    }),
    readText: async (_listing, path) => more[path] ?? "{}",
    async download({ targets, onProgress }) {
      onProgress({ step: "started" });
      const [first] = targets;
      if (first === undefined) throw new Error("Nothing is wanted");
      if (first.path.endsWith(".gguf")) makeGguf(first.path, "llama");
      else if (targets.some(({ file }) => file.path === "openvino_model.xml"))
        makeOpenVino(dirname(first.path));
      else makeModel(dirname(first.path), more);
      onProgress({ step: "done" });
    },
  };
}

/** A session whose exporter is the fake one and whose other ports are in memory. */
function createScene(
  change: Partial<ConvertOptions> = {},
  { ask = null, flags = {}, hubFiles = {}, commit = "0", measure = meter }: SceneOptions = {},
): Scene {
  const home = createTempDir();
  const src = join(home, "model");
  mkdirSync(src);
  const events: ConvertEvent[] = [];
  let isReady = false;
  const converter: Session["deps"]["converter"] = {
    toCommand: () => fakeExporter,
    toTokenizerCommand: ({ source, target }) => [
      "sh",
      "-c",
      'test -e "$0/tokenizer.json" && touch "$1/openvino_tokenizer.xml" "$1/openvino_detokenizer.xml"',
      source,
      target,
    ],
    toSafeWeightsCommand: (source, target) => ["cp", source, target],
    async installOther(transformers, _signal, onProgress) {
      onProgress(`Installing transformers ${transformers}`);
    },
    isReady: async () => isReady,
    async install(_signal, onProgress) {
      onProgress("Installing it");
      isReady = true;
    },
  };
  const session: Session = {
    options: {
      loaded: loadSettings({ home, env: { PATH: process.env.PATH }, flags }),
      wanted: null,
      selection: { only: [], include: [], exclude: [] },
      name: null,
      overwrite: false,
      accept: false,
      copy: false,
      int4: noInt4Wishes,
      quality: false,
      dryRun: false,
      keepGoing: false,
      ...change,
    },
    deps: {
      hub: createHubOf(hubFiles, commit),
      converter,
      check: { check: async () => null, dispose() {} },
      measure,
    },
    ask,
    report: (event) => void events.push(event),
    signal: new AbortController().signal,
  };
  const types = () => events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);
  return { home, src, events, session, types };
}

const agree: Ask = { name: async () => "", allowCode: async () => true, confirmPlan: async () => true };

describe("runSession", () => {
  test("reports what happens, in order, and what it did", async () => {
    const { src, session, events, types } = createScene();
    makeModel(join(src, "A Model"));
    makeModel(join(src, "cut"), { "model.safetensors": "" });
    const { report, end } = await runSession(session);
    expect(end).toBe("done");
    expect(types()).toEqual([
      "scanned",
      "planned",
      "installing",
      "started",
      "exporting",
      "checking",
      "converted",
    ]);
    expect(report).toMatchObject({
      recovered: [],
      models: [{ folder: "A Model", name: "a-model", state: "converted", error: null }],
      skipped: [{ folder: "cut", reason: expect.stringContaining("incomplete download") }],
    });
    expect(events.at(-1)).toMatchObject({
      model: { name: "a-model", position: 1, total: 1 },
      registeredAs: "a-model",
      alias: null,
      path: report.models[0]?.path,
      warning: null,
    });
  });

  test("measures how good a model is, if that is wanted", async () => {
    const { src, session, types } = createScene({ quality: true }, { flags: { "weight-format": "int4" } });
    makeModel(join(src, "m"), { "config.json": `{"hidden_size":576}` });
    const { report, end } = await runSession(session);
    expect(end).toBe("done");
    expect(types().slice(-4)).toEqual(["checking", "measuring", "measured", "converted"]);
    const [model] = report.models;
    expect(model?.quality).toEqual(quality);
    const noted = readFileSync(join(model?.path ?? "", "conversion.json"), "utf8");
    expect(JSON.parse(noted)).toMatchObject({ quality, int4: model?.int4 });
  });

  test("registers a model that cannot be measured", async () => {
    const measure = {
      async measure() {
        throw new OvError("conversion_failed", { what: "Its quality was not measured", why: "no memory" });
      },
    };
    const { src, session, events } = createScene({ quality: true }, { measure });
    makeModel(join(src, "m"));
    const { report, end } = await runSession(session);
    expect([end, report.models[0]?.state, report.models[0]?.quality]).toEqual(["done", "converted", null]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: "unmeasured", why: "Its quality was not measured: no memory." }),
    );
  });

  test("asks for each name, then once whether to do what it planned", async () => {
    const asked: string[] = [];
    const { src, session } = createScene(
      {},
      {
        ask: {
          async name(folder) {
            asked.push(folder);
            return folder === "b" ? "Mine" : "";
          },
          allowCode: agree.allowCode,
          async confirmPlan() {
            asked.push("the plan");
            return true;
          },
        },
      },
    );
    for (const name of ["a", "b"]) makeModel(join(src, name));
    const { report } = await runSession(session);
    expect(asked).toEqual(["a", "b", "the plan"]);
    expect(report.models.map(({ name, state }) => [name, state])).toEqual([
      ["a", "converted"],
      ["mine", "converted"],
    ]);
  });

  test("changes nothing when the plan is declined", async () => {
    const { src, session, types } = createScene({}, { ask: { ...agree, confirmPlan: async () => false } });
    makeModel(join(src, "a"));
    const { report, end } = await runSession(session);
    expect([end, types().at(-1), report.models[0]?.state]).toEqual(["refused", "declined", "refused"]);
    expect(existsSync(join(src, "a"))).toBe(true);
  });

  test("fetches before it installs the converter, and converts that one alone", async () => {
    const { src, session, events, types } = createScene({ wanted }, { ask: agree });
    makeModel(join(src, "other"));
    const { report } = await runSession(session);
    expect(report.models.map(({ folder, state }) => [folder, state])).toEqual([["Tiny", "converted"]]);
    expect(types().slice(0, 3)).toEqual(["fetching", "scanned", "planned"]);
    expect(events).toContainEqual({
      type: "fetching",
      repo: "Acme/Tiny",
      path: join(src, "Tiny"),
      step: "done",
    });
  });

  test.each([
    ["../../etc", "expected owner/name"],
    ["Acme/og_models", "that folder holds the originals"],
  ])("refuses to fetch %j", async (repo, sentence) => {
    const { session, events } = createScene({ wanted: { ...wanted, repo } });
    expect((await failureOf(runSession(session))).message).toContain(sentence);
    expect(events).toEqual([]);
  });

  test("a task that nothing serves is refused before anything is fetched", async () => {
    const flags = { task: "fill-mask" };
    const { session, events } = createScene({ wanted }, { flags });
    const { code, param, message } = await failureOf(runSession(session));
    expect([code, param]).toEqual(["invalid_setting", "OV_TASK"]);
    expect(message).toContain('the task "fill-mask" (words for gaps) is not served yet');
    expect(events).toEqual([]);
  });

  test("a fetch that fails leaves no empty folders, and what came so far", async () => {
    const { src, session } = createScene({ wanted });
    const partial = join(src, "Tiny", "model.safetensors.part");
    const breaksOff = (bytes: string | null): Session["deps"]["hub"]["download"] => {
      return async () => {
        mkdirSync(join(src, "Tiny", "onnx"), { recursive: true });
        if (bytes !== null) writeFileSync(partial, bytes);
        throw new OvError("download_failed", "The connection broke.");
      };
    };
    const run = (download: Session["deps"]["hub"]["download"]) =>
      failureOf(
        runSession({ ...session, deps: { ...session.deps, hub: { ...session.deps.hub, download } } }),
      );
    expect((await run(breaksOff(null))).message).toContain("The connection broke");
    expect(existsSync(join(src, "Tiny"))).toBe(false);
    await run(breaksOff("half"));
    expect([existsSync(partial), existsSync(join(src, "Tiny", "onnx"))]).toEqual([true, false]);
    rmSync(join(src, "Tiny"), { recursive: true });
    const elsewhere = createTempDir();
    symlinkSync(elsewhere, join(src, "Tiny"));
    expect((await run(breaksOff(null))).message).toContain("The connection broke");
    expect(existsSync(elsewhere)).toBe(true);
  });

  test("a model of the hub whose task nothing serves is refused before it is fetched", async () => {
    const hubFiles = { "config.json": '{"architectures":["BertForMaskedLM"]}' };
    const { src, session, types } = createScene({ wanted }, { hubFiles });
    const { code, message } = await failureOf(runSession(session));
    expect([code, message]).toEqual([
      "task_unsupported",
      expect.stringContaining("Cannot convert Acme/Tiny: the task"),
    ]);
    expect([types(), existsSync(join(src, "Tiny"))]).toEqual([[], false]);
  });

  test.each([
    ["openvino_model.xml", "tiny", "Tiny"],
    ["files/tiny-Q8_0.gguf", "tiny-q8-0", "tiny-Q8_0.gguf"],
  ])("with %s it is registered where it lies, without a converter, and once", async (file, name, place) => {
    const quant = file.endsWith(".gguf") ? "q8_0" : null;
    const once = { ...wanted, quant, reuse: true };
    const { src, session, types } = createScene({ wanted: once }, { hubFiles: { [file]: "x" } });
    const path = join(src, place);
    expect(await runSession(session)).toMatchObject({
      end: "done",
      report: { models: [{ state: "registered", name, path }] },
    });
    expect(types()).not.toContain("installing");
    expect(await runSession(session)).toMatchObject({
      report: { models: [{ state: "present", name, path }] },
    });
    expect(types().at(-1)).toBe("present");
  });

  test("a model that was converted before is there already; another owner's of the same name is an error", async () => {
    const { session, events } = createScene({ wanted: { ...wanted, reuse: true } });
    await runSession(session);
    await runSession(session);
    expect(events.at(-1)).toMatchObject({ type: "present", name: "tiny" });
    const other = { ...wanted, repo: "Other/Tiny", reuse: true };
    const run = runSession({ ...session, options: { ...session.options, wanted: other } });
    expect((await failureOf(run)).message).toMatch(/Cannot fetch Other\/Tiny: ".*" holds Acme\/Tiny/);
  });

  test("nobody watching, code that comes with a model is refused before it is fetched", async () => {
    const hubFiles = { "config.json": '{"auto_map":{"AutoModel":"m.Model"}}' };
    const { src, session } = createScene({ wanted: { ...wanted, unattended: true } }, { hubFiles });
    expect((await failureOf(runSession(session))).message).toContain(
      'run "ov-llm convert Acme/Tiny" on the server',
    );
    expect(existsSync(join(src, "Tiny"))).toBe(false);
  });

  test("a model that fails is reported with its error, and those after it are not started", async () => {
    const { src, session, events } = createScene();
    makeModel(join(src, "a"), { behaviour: "silent" });
    makeModel(join(src, "b"));
    const { report, end } = await runSession(session);
    expect([end, report.models.map(({ state }) => state)]).toEqual(["failed", ["failed", "not started"]]);
    const failed = events.find((event) => event.type === "failed");
    if (failed?.type !== "failed") throw new Error("No model failed");
    expect(failed.error.facts).toEqual({
      what: 'Cannot convert "a"',
      why: expect.stringContaining("it ended with exit code 4"),
      next: expect.stringContaining("Its full output: "),
    });
    expect(report.models[0]?.error).toBe(failed.error.message);
  });

  test("a model that does not work is reported with the reason and the next step of the check", async () => {
    const { src, session } = createScene();
    makeOpenVino(join(src, "ready"));
    session.deps.check.check = async () => {
      throw new OvError("model_path_invalid", { what: "It is upside down", next: "Turn it." });
    };
    const { report } = await runSession(session);
    expect(report.models).toMatchObject([{ state: "failed", error: "It is upside down. Turn it." }]);
  });

  test("a model that writes noise is registered only if that is accepted", async () => {
    const doubt = 'it writes " read read", which looks like noise';
    const strict = createScene();
    makeOpenVino(join(strict.src, "noisy"));
    strict.session.deps.check.check = async () => doubt;
    const refused = await runSession(strict.session);
    expect(refused.report.models).toMatchObject([
      { state: "failed", error: expect.stringMatching(/"noisy" answers, but it writes .* --accept\.$/) },
    ]);
    const lenient = createScene({ accept: true });
    makeOpenVino(join(lenient.src, "noisy"));
    lenient.session.deps.check.check = async () => doubt;
    const { report } = await runSession(lenient.session);
    expect(report.models).toMatchObject([{ state: "registered" }]);
    expect(lenient.events).toContainEqual(expect.objectContaining({ type: "accepted", doubt }));
  });

  test("a model whose weights were filled at random is not registered, and the tensors are named", async () => {
    const { src, session } = createScene();
    const table = "model.layers.{1, 2}.mlp.up_proj.weight | MISSING    | ";
    makeModel(join(src, "holes"), { behaviour: `reports ${table}` });
    const { report } = await runSession(session);
    const error = expect.stringContaining(
      "describes: model.layers.{1, 2}.mlp.up_proj.weight. Fetch the model",
    );
    expect(report.models).toMatchObject([{ state: "failed", error }]);
    expect(existsSync(join(src, "holes", "model.safetensors"))).toBe(true);
  });

  test.each([
    ["of a folder in the form of OpenVINO", true],
    ["that the exporter left out", false],
  ])("a tokenizer %s is made of its tokenizer files", async (_what, isReady) => {
    const { src, session, types } = createScene();
    const folder = join(src, "m");
    if (isReady) {
      makeOpenVino(folder);
      for (const name of ["tokenizer", "detokenizer"]) rmSync(join(folder, `openvino_${name}.xml`));
      writeFileSync(join(folder, "tokenizer.json"), "{}");
    } else makeModel(folder, { behaviour: "no-tokenizer" });
    const { report, end } = await runSession(session);
    expect([end, types().includes("installing")]).toEqual(["done", true]);
    expect(existsSync(join(report.models[0]?.path ?? "", "openvino_detokenizer.xml"))).toBe(true);
  });

  test("a tokenizer that cannot be made is reported with the reason", async () => {
    const { src, session } = createScene();
    session.deps.converter.toTokenizerCommand = () => ["sh", "-c", "echo ValueError: no rules >&2; exit 1"];
    makeModel(join(src, "m"), { behaviour: "no-tokenizer" });
    const { report } = await runSession(session);
    const error = expect.stringMatching(/its tokenizer cannot be converted: .*ValueError: no rules/);
    expect(report.models).toMatchObject([{ state: "failed", error }]);
  });

  test("what makes a tokenizer, and may run a model's code for it, does not get the server's key", async () => {
    const { src, session } = createScene();
    const { loaded } = session.options;
    session.options.loaded = { ...loaded, variables: { ...loaded.variables, OV_API_KEY: "secret" } };
    const command = ["sh", "-c", 'echo "the key: $OV_API_KEY." >&2; exit 1'];
    session.deps.converter.toTokenizerCommand = () => command;
    makeModel(join(src, "m"), { behaviour: "no-tokenizer" });
    const { report } = await runSession(session);
    expect(report.models).toMatchObject([{ error: expect.stringContaining("the key: .") }]);
  });

  describe("the weights of a layer behind the pooling", () => {
    const weights = "1_Dense/pytorch_model.bin";
    async function convert(...command: string[]) {
      const { src, session } = createScene();
      session.deps.converter.toSafeWeightsCommand = (...places) => [...command, ...places];
      const modules = [
        { type: "sentence_transformers.models.Transformer", path: "" },
        { type: "sentence_transformers.models.Dense", path: "1_Dense" },
      ];
      const files = {
        "modules.json": JSON.stringify(modules),
        "1_Dense/config.json": "{}",
        [weights]: "tensors",
      };
      makeModel(join(src, "m"), files);
      return (await runSession(session)).report.models[0];
    }

    test("are kept as .safetensors", async () => {
      const made = await convert("cp");
      expect(readFileSync(join(made?.path ?? "", "1_Dense/model.safetensors"), "utf8")).toBe("tensors");
    });

    test("are named when they cannot be read", async () => {
      const error = expect.stringMatching(/its 1_Dense\/pytorch_model.bin cannot be read: .*no tensors/);
      const made = await convert("sh", "-c", "echo UnpicklingError: no tensors >&2; exit 1");
      expect(made).toMatchObject({ state: "failed", error });
    });
  });

  test("an abort ends it with the signal's reason, and the model is as it was", async () => {
    const { src, session, events, types } = createScene();
    const source = makeModel(join(src, "a"), { behaviour: "hang" });
    const stop = new AbortController();
    const running = runSession({
      ...session,
      signal: stop.signal,
      report(event) {
        events.push(event);
        if (event.type === "exporting") stop.abort(new Error("enough"));
      },
    });
    await expect(running).rejects.toThrow("enough");
    expect(types().at(-1)).toBe("stopped");
    expect(existsSync(join(source, "model.safetensors"))).toBe(true);
  });

  test("a dry run only plans", async () => {
    const { home, src, session, types } = createScene({ dryRun: true });
    makeModel(join(src, "a"));
    const { report, end } = await runSession(session);
    expect([end, types(), report.models[0]?.state]).toEqual(["done", ["scanned", "planned"], "planned"]);
    expect(existsSync(join(home, "models"))).toBe(false);
  });

  test("one name for several models is an error of what was asked for", async () => {
    const { src, session } = createScene({ name: "x" });
    for (const name of ["a", "b"]) makeModel(join(src, name));
    expect((await failureOf(runSession(session))).message).toBe(
      "--name is for one model, and 2 were found. Choose one with --only.",
    );
  });

  test("an invalid registry is an error before anything else", async () => {
    const { home, session, events } = createScene();
    mkdirSync(join(home, "models/converted_models"), { recursive: true });
    writeFileSync(join(home, "models/converted_models/registry.json"), "{");
    expect((await failureOf(runSession(session))).code).toBe("registry_invalid");
    expect(events).toEqual([]);
  });
});

describe("Python files of a model", () => {
  const code = {
    "config.json": JSON.stringify({ ...plainConfig, auto_map: { AutoModel: "modeling_tiny.Tiny" } }),
    "extra.py": "",
  };
  const names = ["extra.py", "modeling_tiny.py"];

  /** Whether the exporter was told to run them. */
  function mayRun({ options }: Session, name: string): boolean {
    return readFileSync(toLogPath(options.loaded.settings.modelOut, name), "utf8").includes(
      "--trust-remote-code",
    );
  }

  function again(session: Session, change: Partial<Session>, commit = "0"): Session {
    const options = { ...session.options, overwrite: true };
    return { ...session, options, deps: { ...session.deps, hub: createHubOf(code, commit) }, ...change };
  }

  test("run when the owner put its folder there, and the report names them", async () => {
    const { src, session } = createScene();
    makeModel(join(src, "mine"), code);
    const { report } = await runSession(session);
    expect(report.models).toMatchObject([{ state: "converted", python_files: names }]);
    expect(mayRun(session, "mine")).toBe(true);
  });

  test.each([
    [
      "without anyone to ask",
      null,
      ["extra.py, modeling_tiny.py", 'run "ov-llm convert Acme/Tiny" in a terminal, without --yes'],
    ],
    ["after a no", { ...agree, allowCode: async () => false }, ["extra.py, modeling_tiny.py"]],
  ])("that was fetched do not run %s, and nothing is changed", async (_, ask, parts) => {
    const { src, session, types } = createScene({ wanted }, { ask, hubFiles: code });
    const { report, end } = await runSession(session);
    expect([end, types().at(-1)]).toEqual(["refused", "code_refused"]);
    expect(report.models).toMatchObject([{ state: "refused", python_files: names }]);
    for (const part of parts) expect(report.models[0]?.error).toContain(part);
    expect(existsSync(join(src, "Tiny"))).toBe(true);
  });

  test("that was fetched do not run in a later run over the whole folder either; the others do", async () => {
    const { src, session } = createScene({ wanted }, { hubFiles: code });
    await runSession(session);
    makeModel(join(src, "mine"), code);
    const { report, end } = await runSession({ ...session, options: { ...session.options, wanted: null } });
    expect(end).toBe("failed");
    expect(report.models.map(({ folder, state }) => [folder, state])).toEqual([
      ["Tiny", "refused"],
      ["mine", "converted"],
    ]);
  });

  test("that was fetched run with the flag, and not with the setting", async () => {
    const flags = { "trust-remote-code": "true" };
    const { session } = createScene({ wanted }, { flags, hubFiles: code });
    expect((await runSession(session)).end).toBe("done");
    expect(mayRun(session, "tiny")).toBe(true);
    const env = { PATH: process.env.PATH, OV_TRUST_REMOTE_CODE: "true" };
    const loaded = loadSettings({ home: createTempDir(), env });
    const { end } = await runSession(again(session, { options: { ...session.options, loaded } }));
    expect(end).toBe("refused");
  });

  test("that was fetched run after a yes, which holds for that revision alone", async () => {
    const asked: unknown[] = [];
    const allowCode: Ask["allowCode"] = async ({ revision, files }) => asked.push([revision?.[0], files]) > 0;
    const ask = { ...agree, allowCode };
    const { home, session } = createScene({ wanted }, { ask, hubFiles: code });
    expect((await runSession(session)).end).toBe("done");
    expect(mayRun(session, "tiny")).toBe(true);
    const kept = join(home, ".local/share/ov-llm/allowed-code.json");
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect((await runSession(again(session, { ask: null }))).end).toBe("done");
    expect((await runSession(again(session, { ask: null }, "1"))).end).toBe("refused");
    expect((await runSession(again(session, {}, "1"))).end).toBe("done");
    expect(asked).toEqual([
      ["0", names],
      ["1", names],
    ]);
  });

  test("the exporter may run none where a fetched model shows none", async () => {
    const { session } = createScene({ wanted });
    expect((await runSession(session)).end).toBe("done");
    expect(mayRun(session, "tiny")).toBe(false);
  });
});
