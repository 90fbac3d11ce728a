import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LoadOptions, loadSettings } from "../../src/config/load.ts";
import type { SettingName } from "../../src/config/settings.ts";
import { thrownBy } from "../helpers/failure.ts";
import { createTempDir } from "../helpers/temp.ts";

function homeWith(text?: string): string {
  const home = createTempDir();
  if (text === undefined) return home;
  mkdirSync(join(home, ".config/ov-llm-server"), { recursive: true });
  writeFileSync(join(home, ".config/ov-llm-server/ov-server.env"), text);
  return home;
}

const failure = (options: LoadOptions) => thrownBy(() => loadSettings(options));

describe("loadSettings", () => {
  test("gives every default where nothing is set", () => {
    const home = homeWith();
    const { settings, sources, settingsFile, unknown } = loadSettings({ env: {}, home });
    expect(settings).toEqual({
      host: "127.0.0.1",
      port: 9000,
      ollamaPort: null,
      wyomingPort: null,
      boxName: null,
      pull: true,
      device: "AUTO",
      engine: "auto",
      modelPath: null,
      defaultModel: null,
      registryPath: join(home, "models/converted_models/registry.json"),
      runtimeDir: join(home, ".local/share/ov-llm/runtime"),
      python: null,
      nativeDir: null,
      modelCacheDir: join(home, ".cache/ov-llm/model-cache"),
      ggufCache: 32 * 2 ** 30,
      grammarMemory: 256 * 2 ** 20,
      kvCacheGb: null,
      prefillChunk: null,
      maxTokens: 4096,
      maxBody: 33_554_432,
      maxConcurrent: 64,
      maxQueue: 512,
      queueSeconds: 600,
      requestSeconds: 3600,
      maxAudioSeconds: 7200,
      loadSeconds: 900,
      idleSeconds: 900,
      preload: [],
      specialTokens: "control",
      warmPrefixes: 0,
      warmPrefixesFile: null,
      memoryBudget: null,
      stallSeconds: 300,
      drainSeconds: 30,
      apiKey: null,
      apiKeyFile: null,
      mediaDomains: [],
      corsOrigins: [],
      allowedHosts: [],
      page: true,
      logLevel: "info",
      logFormat: "text",
      modelSrc: join(home, "model"),
      modelOg: join(home, "model/og_models"),
      modelOut: join(home, "models/converted_models"),
      convertEnv: join(home, ".local/share/ov-llm/convert"),
      task: null,
      weightFormat: "int8",
      trustRemoteCode: true,
      releaseUrl: null,
    });
    expect(new Set(Object.values(sources))).toEqual(new Set(["default"]));
    expect(settingsFile).toBe(join(home, ".config/ov-llm-server/ov-server.env"));
    expect(unknown).toEqual([]);
  });

  const flags = { port: "1", device: "cpu" };
  const env = { OV_PORT: "2", OV_HOST: "env" };
  const file = "OV_PORT=3\nOV_HOST=file\nOV_MAX_TOKENS=33\n";
  test.each<[SettingName, unknown, string]>([
    ["port", 1, "flag"],
    ["device", "CPU", "flag"],
    ["host", "env", "env"],
    ["maxTokens", 33, "file"],
    ["maxQueue", 512, "default"],
  ])("flag before environment before file before default: %s is %p from the %s", (name, value, source) => {
    const loaded = loadSettings({ flags, env, home: homeWith(file) });
    expect<unknown>([loaded.settings[name], loaded.sources[name]]).toEqual([value, source]);
  });

  test("an empty value counts as unset, at every place", () => {
    const options = { flags: { port: "" }, env: { OV_PORT: "  " }, home: homeWith("OV_PORT=\nOV_HOST=''\n") };
    const { settings, sources } = loadSettings(options);
    expect([settings.port, sources.port, settings.host]).toEqual([9000, "default", "127.0.0.1"]);
  });

  test("the file may have comments, quotes, export and a byte order mark", () => {
    const home = homeWith(`\uFEFFOV_PORT=7\n# OV_HOST=no\nexport OV_HOST="::1" # here\nOV_DEVICE='gpu'\n`);
    const { settings } = loadSettings({ env: {}, home });
    expect([settings.port, settings.host, settings.device]).toEqual([7, "::1", "GPU"]);
  });

  test.each([
    ["OV_API_KEY=first#second", "first#second"],
    ["export OV_API_KEY = first#second  # here #", "first#second"],
    ['OV_API_KEY=first"#second\r', 'first"#second'],
    ["OV_API_KEY=first # second", "first"],
    ["OV_API_KEY='first # second'", "first # second"],
    ['OV_API_KEY="first#second" # here', "first#second"],
    ["OV_API_KEY=#first", "#first"],
    ["OV_API_KEY=#first#second # here", "#first#second"],
    ["OV_API_KEY=# first", null],
    ["OV_API_KEY= #first", null],
    ["OV_API_KEY=it'sfirst#second", "it'sfirst#second"],
    ["OV_API_KEY=first\\\n#second", "first\\"],
  ])("a # within a word of the file is part of it: %p", (line, key) => {
    const long = (text: string) => text.replace("first", "firstfirst");
    const home = homeWith(`OV_PORT=7\n${long(line)}\nOV_MAX_TOKENS=9\n`);
    const { settings } = loadSettings({ env: {}, home });
    expect(settings).toMatchObject({ port: 7, maxTokens: 9, apiKey: key === null ? null : long(key) });
  });

  test("another settings file can be named", () => {
    const home = homeWith("OV_PORT=1\n");
    writeFileSync(join(home, "other.env"), "OV_PORT=2\n");
    expect(loadSettings({ env: {}, home, settingsFile: "~/other.env" }).settings.port).toBe(2);
  });

  test("~ is the given home in every path", () => {
    const home = homeWith("OV_MODEL_PATH=~/m\n");
    expect(loadSettings({ env: {}, home }).settings.modelPath).toBe(join(home, "m"));
  });

  test("keys of the file that are not ours are ignored, unknown OV_ keys are named", () => {
    const home = homeWith("PATH=/x\nOV_PROT=1\nOV_PORT=2\nOV_OLD=\n");
    expect(loadSettings({ env: { OV_ELSE: "1" }, home }).unknown).toEqual(["OV_PROT", "OV_OLD"]);
  });

  test("mistyped variables of the environment are named, those of others are not", () => {
    const env = { OV_PROT: "1", OV_API_KYE: "long-enough", OV_SOMETHING_OF_ANOTHER_PROGRAM: "1", OVEN: "1" };
    expect(loadSettings({ env, home: homeWith() }).mistyped).toEqual(["OV_PROT", "OV_API_KYE"]);
  });

  test("a secret has no flag", () => {
    expect(
      loadSettings({ flags: { "api-key": "12345678" }, env: {}, home: homeWith() }).settings.apiKey,
    ).toBeNull();
  });

  test("a bad value names its flag, the value and what is allowed", () => {
    const error = failure({ flags: { port: "12abc" }, env: {}, home: homeWith() });
    expect(error.code).toBe("invalid_setting");
    expect(error.message).toBe(
      `Cannot use "12abc" for --port: expected a whole number from 0 to 65535. Correct it or leave it out.`,
    );
  });

  test("a bad value names the environment or the file it came from", () => {
    const home = homeWith("OV_ENGINE=fast\n");
    expect(failure({ env: { OV_LOG_LEVEL: "loud" }, home: homeWith() }).message).toStartWith(
      `Cannot use "loud" for OV_LOG_LEVEL from the environment: expected one of error, warn, info, debug.`,
    );
    expect(failure({ env: {}, home }).message).toStartWith(
      `Cannot use "fast" for OV_ENGINE from "${join(home, ".config/ov-llm-server/ov-server.env")}": expected one of`,
    );
  });

  test.each([
    ["environment", { OV_API_KEY: "s3cret" }, undefined],
    ["file", {}, "OV_API_KEY=s3cret\n"],
  ])("a bad secret from the %s is never shown", (_place, secretEnv, text) => {
    const error = failure({ env: secretEnv, home: homeWith(text) });
    expect(Bun.inspect(error)).not.toContain("s3cret");
    expect(error.message).toContain("Cannot use the value (secret, not shown) for OV_API_KEY from");
    expect(error.message).toContain("expected at least 8 characters");
  });

  test("a settings file that cannot be read is an error that names it", () => {
    const home = createTempDir();
    const path = join(home, ".config/ov-llm-server/ov-server.env");
    mkdirSync(path, { recursive: true });
    const error = failure({ env: {}, home });
    expect(error.code).toBe("invalid_setting");
    expect(error.message).toContain(
      `Cannot read the settings file "${path}" (${path} is not a regular file)`,
    );
  });
});
