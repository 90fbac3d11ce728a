import { describe, expect, test } from "bun:test";
import { type ArgsDef, parseArgs } from "citty";
import { UsageError } from "../../cli/action.ts";
import { checkArgs, readRepeated, renderFlaglessSettings, toFlags, toSettingArgs } from "../../cli/args.ts";
import { loadSettings } from "../../src/config/load.ts";
import type { Setting } from "../../src/config/settings/setting.ts";
import { type SettingName, settingNamesOf, settingsTable } from "../../src/config/settings.ts";
import { createTempDir } from "../helpers/temp.ts";

const home = createTempDir();

/** For each setting a text that is not its default, and its value. */
const samples: Record<SettingName, [string, unknown] | null> = {
  host: ["::1", "::1"],
  port: ["9001", 9001],
  ollamaPort: ["11434", 11434],
  wyomingPort: ["10300", 10300],
  boxName: ["kitchen", "kitchen"],
  device: ["gpu", "GPU"],
  engine: ["batching", "batching"],
  modelPath: ["/m", "/m"],
  defaultModel: ["assistant", "assistant"],
  registryPath: ["/r.json", "/r.json"],
  runtimeDir: ["/rt", "/rt"],
  python: ["3.12", "3.12"],
  nativeDir: ["/nd", "/nd"],
  modelCacheDir: ["/c", "/c"],
  ggufCache: ["0", 0],
  grammarMemory: ["1GB", 2 ** 30],
  kvCacheGb: ["3", 3],
  prefillChunk: ["512", 512],
  maxTokens: ["5", 5],
  maxBody: ["1MB", 1_048_576],
  maxConcurrent: ["6", 6],
  maxQueue: ["7", 7],
  queueSeconds: ["1.25", 1.25],
  requestSeconds: ["1.5", 1.5],
  maxAudioSeconds: ["60", 60],
  loadSeconds: ["2.5", 2.5],
  idleSeconds: ["0", 0],
  preload: ["a,b", ["a", "b"]],
  specialTokens: ["text", "text"],
  warmPrefixes: ["2", 2],
  warmPrefixesFile: ["/tmp/kept.json", "/tmp/kept.json"],
  memoryBudget: ["8GB", 8 * 2 ** 30],
  stallSeconds: ["3.5", 3.5],
  drainSeconds: ["4.5", 4.5],
  apiKey: null,
  apiKeyFile: ["/keys", "/keys"],
  allowedHosts: ["box.example,.lan", ["box.example", ".lan"]],
  mediaDomains: ["pics.example.com,.example.org", ["pics.example.com", ".example.org"]],
  corsOrigins: ["https://a,https://b", ["https://a", "https://b"]],
  logLevel: ["debug", "debug"],
  logFormat: ["json", "json"],
  modelSrc: ["/src", "/src"],
  modelOg: ["/og", "/og"],
  modelOut: ["/out", "/out"],
  convertEnv: ["/env", "/env"],
  task: ["feature-extraction", "feature-extraction"],
  weightFormat: ["int4", "int4"],
  pull: null,
  trustRemoteCode: null,
  page: null,
  releaseUrl: ["https://box.example/releases", "https://box.example/releases"],
};

const all = Object.keys(samples) as SettingName[];

describe("flags", () => {
  const cases = Object.entries(samples).flatMap(([name, sample]) =>
    sample === null ? [] : [[name as SettingName, ...sample] as const],
  );

  test.each(cases)("the flag of %s reaches it, in both spellings", (name, text, value) => {
    const setting: Setting = settingsTable[name];
    for (const rawArgs of [[`--${setting.flag}`, text], [`--${setting.flag}=${text}`]]) {
      checkArgs(rawArgs, toSettingArgs(all), "ov-llm serve");
      const flags = toFlags(parseArgs(rawArgs, toSettingArgs(all)));
      const { settings, sources } = loadSettings({ flags, env: {}, home });
      expect(settings[name]).toEqual(value as never);
      expect(Object.entries(sources).filter(([, source]) => source !== "default")).toEqual([[name, "flag"]]);
    }
  });

  test.each([
    [[], true, "default"],
    [["--trust-remote-code"], true, "flag"],
    [["--no-trust-remote-code"], false, "flag"],
  ])("a switch with %j is %p by %s", (rawArgs, value, source) => {
    const args = toSettingArgs(["trustRemoteCode"]);
    checkArgs(rawArgs, args, "ov-llm convert");
    const { settings, sources } = loadSettings({ flags: toFlags(parseArgs(rawArgs, args)), env: {}, home });
    expect([settings.trustRemoteCode, sources.trustRemoteCode] as unknown[]).toEqual([value, source]);
  });

  test("a command has only flags of its own settings; the registry belongs to both", () => {
    const [serve, convert] = [toSettingArgs(), toSettingArgs(settingNamesOf("convert"))].map(Object.keys);
    expect(serve).not.toContain("weight-format");
    expect(convert).not.toContain("port");
    for (const flags of [serve, convert]) expect(flags).toContain("registry-path");
  });

  test("only the settings that were asked for become flags", () => {
    expect(Object.keys(toSettingArgs(["host", "port", "apiKey"]))).toEqual(["host", "port"]);
  });

  test("the settings without a flag are listed with their variable", () => {
    for (const setting of Object.values<Setting>(settingsTable).filter(({ flag }) => flag === null)) {
      expect(renderFlaglessSettings()).toContain(setting.env);
    }
  });
});

describe("checkArgs", () => {
  const args: ArgsDef = {
    name: { type: "positional", required: false },
    port: { type: "string", alias: "p" },
    json: { type: "boolean" },
  };
  const check = (...rawArgs: string[]) => checkArgs(rawArgs, args, "ov-llm x");

  test.each([[[]], [["--port", "1"]], [["-p", "1", "word"]], [["--port=1", "--json"]], [["--no-json"]]])(
    "takes %p",
    (rawArgs) => {
      expect(() => check(...rawArgs)).not.toThrow();
    },
  );

  test.each([
    [["--prot", "1"], `Unknown flag "--prot" of "ov-llm x". Did you mean --port? See "ov-llm x --help".`],
    [["-q"], `Unknown flag "-q"`],
    [["--no-port"], `Unknown flag "--no-port"`],
    [["--port"], `--port of "ov-llm x" requires a value, as in "--port VALUE".`],
    [["--json=yes"], `--json of "ov-llm x" takes no value, but got "yes".`],
    [["one", "two"], `Cannot use "two" with "ov-llm x": it takes no such argument.`],
    [["one", "--", "two"], `Cannot use "two"`],
  ])("refuses %p", (rawArgs, sentence) => {
    expect(() => check(...rawArgs)).toThrow(UsageError);
    expect(() => check(...rawArgs)).toThrow(sentence);
  });
});

describe("words", () => {
  const args: ArgsDef = {
    name: { type: "positional" },
    "alias...": { type: "positional" },
    tag: { type: "string", alias: "t" },
  };

  test("of a last argument with dots may be many", () => {
    expect(() => checkArgs(["a", "b", "--tag", "x", "c", "--", "-d"], args, "ov-llm x")).not.toThrow();
  });

  test.each([
    [[], `"ov-llm x" requires NAME. See "ov-llm x --help".`],
    [["a", "--tag", "b"], `"ov-llm x" requires ALIAS. See "ov-llm x --help".`],
  ])("that are missing in %p are named", (rawArgs, sentence) => {
    expect(() => checkArgs(rawArgs, args, "ov-llm x")).toThrow(sentence);
  });

  test("of a flag that is repeated are all there, in their order", () => {
    const rawArgs = ["--tag", "1", "a", "--tag=2", "--", "--tag=3"];
    expect(readRepeated(rawArgs, args, "tag")).toEqual(["1", "2"]);
  });
});
