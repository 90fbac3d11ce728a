import { describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadSettings } from "../../src/config/load.ts";
import { reportChanges, reportSettings } from "../../src/config/report.ts";
import { settingNamesOf, settingsTable } from "../../src/config/settings.ts";
import { findWarnings } from "../../src/config/warnings.ts";
import { createTempDir } from "../helpers/temp.ts";

const load = (env: Record<string, string>) => loadSettings({ env, home: "/home/nobody" });

describe("the start log", () => {
  test("names every setting of serve, and no other", () => {
    const envs = settingNamesOf("serve").map((name) => settingsTable[name].env);
    expect(Object.keys(reportSettings(load({})))).toEqual(envs);
  });

  test("shows each value, and where it comes from when that is not the default", () => {
    const report = reportSettings(load({ OV_PORT: "9001", OV_CORS_ORIGINS: "http://a,http://b" }));
    expect(report).toMatchObject({
      OV_HOST: "127.0.0.1",
      OV_PORT: "9001 (env)",
      OV_CORS_ORIGINS: "http://a,http://b (env)",
      OV_MODEL_PATH: "-",
    });
  });

  test("shows a terminal only what is not the default", () => {
    expect(reportChanges(load({ OV_PORT: "9001" }))).toEqual({ OV_PORT: "9001 (env)" });
    expect(reportChanges(load({}))).toEqual({});
  });

  test("never shows a secret", () => {
    const report = reportSettings(load({ OV_API_KEY: "sk-very-secret" }));
    expect(JSON.stringify(report)).not.toContain("very-secret");
    expect(report.OV_API_KEY).toBe("set (env)");
  });
});

describe("a settings file with a key in it", () => {
  const warningsOf = (mode: number, text = "OV_API_KEY=long-enough\n") => {
    const settingsFile = join(createTempDir(), "ov-server.env");
    writeFileSync(settingsFile, text);
    chmodSync(settingsFile, mode);
    return findWarnings(loadSettings({ env: {}, home: "/home/nobody", settingsFile }));
  };

  test.each([0o644, 0o640, 0o604])("that others can read is warned of: %o", (mode) => {
    expect(warningsOf(mode)).toEqual([expect.stringContaining("run chmod 600")]);
  });

  test("that its owner alone reads is fine, and so is one without a key", () => {
    expect([warningsOf(0o600), warningsOf(0o644, "OV_PORT=9000\n")]).toEqual([[], []]);
  });
});

describe("warnings at start", () => {
  test("a mistyped variable of the environment comes with its guess", () => {
    expect(findWarnings(load({ OV_PROT: "1" }))).toEqual([
      "The environment sets OV_PROT, which ov-llm does not know; did you mean OV_PORT?",
    ]);
  });

  const cases: [string, Record<string, string>, boolean][] = [
    ["loopback", {}, false],
    ["another loopback address", { OV_HOST: "127.0.0.2" }, false],
    ["localhost", { OV_HOST: "localhost" }, false],
    ["IPv6 loopback", { OV_HOST: "::1" }, false],
    ["all interfaces", { OV_HOST: "0.0.0.0" }, true],
    ["all IPv6 interfaces", { OV_HOST: "::" }, true],
    ["a name that begins like a loopback address", { OV_HOST: "127.evil.example" }, true],
    ["all interfaces with a key", { OV_HOST: "0.0.0.0", OV_API_KEY: "long-enough" }, false],
  ];
  for (const [name, env, warned] of cases) {
    test(`listening without a key on ${name}: ${warned ? "warned of" : "fine"}`, () => {
      expect(findWarnings(load(env)).join().includes("without an API key")).toBe(warned);
    });
  }

  test.each([
    [{ OV_HOST: "0.0.0.0", OV_API_KEY: "long-enough", OV_WYOMING_PORT: "10300" }, true],
    [{ OV_HOST: "127.0.0.1", OV_API_KEY: "long-enough", OV_WYOMING_PORT: "10300" }, false],
    [{ OV_HOST: "0.0.0.0", OV_API_KEY: "long-enough" }, false],
  ])("a port of a protocol without keys, with %j, is warned of: %p", (env, warned) => {
    expect(findWarnings(load(env)).join().includes("The Wyoming protocol has no keys")).toBe(warned);
  });
});
