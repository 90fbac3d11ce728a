import { describe, expect, test } from "bun:test";
import { parseSetting } from "../../src/config/parse.ts";
import type { Setting } from "../../src/config/settings/setting.ts";
import { type SettingName, settingsTable } from "../../src/config/settings.ts";

const settings = Object.entries<Setting>(settingsTable).map(([name, setting]) => ({
  name: name as SettingName,
  setting,
}));

describe("parseSetting", () => {
  test.each<[SettingName, string, unknown]>([
    ["host", " 0.0.0.0 ", "0.0.0.0"],
    ["host", "[::1]", "::1"],
    ["port", "0", 0],
    ["port", " 65535 ", 65_535],
    ["device", "gpu.1", "GPU.1"],
    ["device", "hetero:gpu,cpu", "HETERO:GPU,CPU"],
    ["engine", "batching", "batching"],
    ["modelPath", "~/m/x.gguf", "/home/u/m/x.gguf"],
    ["modelPath", "~", "/home/u"],
    ["modelPath", "/abs/m", "/abs/m"],
    ["modelPath", "", null],
    ["kvCacheGb", "", null],
    ["kvCacheGb", "0", 0],
    ["maxBody", "32MB", 33_554_432],
    ["maxBody", "512KB", 524_288],
    ["maxBody", "1GB", 1_073_741_824],
    ["maxBody", "2 mb", 2_097_152],
    ["maxBody", "64K", 65_536],
    ["maxBody", "2048", 2048],
    ["maxBody", "2048B", 2048],
    ["requestSeconds", "0.5", 0.5],
    ["requestSeconds", ".5", 0.5],
    ["requestSeconds", "60", 60],
    ["corsOrigins", "", []],
    ["corsOrigins", " https://a.example , ,http://b:3000,", ["https://a.example", "http://b:3000"]],
    ["apiKey", "sk-12345", "sk-12345"],
    ["logLevel", "debug", "debug"],
  ])("%s: %p is %p", (name, text, value) => {
    expect(parseSetting(name, text, "/home/u")).toEqual({ value });
  });

  test.each<[SettingName, string, string]>([
    ["host", "", "some text"],
    ["port", "12abc", "a whole number from 0 to 65535"],
    ["port", "-1", "a whole number from 0 to 65535"],
    ["port", "65536", "a whole number from 0 to 65535"],
    ["port", "1.5", "a whole number from 0 to 65535"],
    ["port", "1e3", "a whole number from 0 to 65535"],
    ["port", "0x10", "a whole number from 0 to 65535"],
    ["port", "", "a whole number from 0 to 65535"],
    ["kvCacheGb", "4GB", "a whole number from 0 to 1024"],
    ["requestSeconds", "0", "a number from 0.1 to 86400"],
    ["requestSeconds", "10s", "a number from 0.1 to 86400"],
    ["requestSeconds", "Infinity", "a number from 0.1 to 86400"],
    ["requestSeconds", "NaN", "a number from 0.1 to 86400"],
    ["requestSeconds", ".", "a number from 0.1 to 86400"],
    ["maxBody", "1", "a size from 1KB to 1GB, in bytes or with KB, MB, GB"],
    ["maxBody", "2GB", "a size from 1KB to 1GB, in bytes or with KB, MB, GB"],
    ["maxBody", "1.5MB", "a size from 1KB to 1GB, in bytes or with KB, MB, GB"],
    ["maxBody", "10TB", "a size from 1KB to 1GB, in bytes or with KB, MB, GB"],
    ["maxBody", "MB", "a size from 1KB to 1GB, in bytes or with KB, MB, GB"],
    ["engine", "vulkan", "one of auto, native, batching"],
    ["logLevel", "INFO", "one of error, warn, info, debug"],
    ["apiKey", "short", "at least 8 characters"],
    ["device", "my gpu", "of the form ^[A-Z]"],
    ["device", "1GPU", "OpenVINO device: CPU, GPU"],
    ["corsOrigins", "*", "a list separated by commas, each item of the form ^https?://"],
    ["corsOrigins", "https://a/,https://b", "a list separated by commas"],
    ["corsOrigins", "https://*.a", "a list separated by commas"],
  ])("%s: %p is refused, expected is %p", (name, text, expected) => {
    const parsed = parseSetting(name, text);
    expect("expected" in parsed && parsed.expected).toContain(expected);
  });

  test.each(settings.map(({ name, setting }) => [name, setting] as const))(
    "%s has a default that is allowed",
    (name, setting) => {
      expect(parseSetting(name, setting.default ?? "")).toHaveProperty("value");
    },
  );
});

describe("settingsTable", () => {
  test("names every environment variable and flag once", () => {
    const envs = settings.map(({ setting }) => setting.env);
    const flags = settings.flatMap(({ setting }) => setting.flag ?? []);
    expect([new Set(envs).size, new Set(flags).size]).toEqual([envs.length, flags.length]);
  });

  test("gives no secret a flag, as flags show in the process list", () => {
    expect(settings.filter(({ setting }) => setting.secret && setting.flag !== null)).toEqual([]);
  });
});
