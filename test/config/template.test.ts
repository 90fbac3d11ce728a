import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadSettings } from "../../src/config/load.ts";
import { settingsTable } from "../../src/config/settings.ts";
import { renderSettingsTemplate } from "../../src/config/template.ts";
import { createTempDir } from "../helpers/temp.ts";

const home = createTempDir();

function load(text: string) {
  const settingsFile = join(home, "settings.env");
  writeFileSync(settingsFile, text);
  return loadSettings({ env: {}, home, settingsFile });
}

test("names every setting once, each with its help, all commented out", () => {
  const text = renderSettingsTemplate();
  for (const { env, help } of Object.values(settingsTable)) {
    expect(text.split(`\n#${env}=`)).toHaveLength(2);
    expect(text).toContain(`# ${help}\n`);
  }
  expect(text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([]);
});

test("changes nothing, neither as it is nor with every comment removed", () => {
  const defaults = load("").settings;
  const template = renderSettingsTemplate();
  expect(load(template).settings).toEqual(defaults);
  const uncommented = template.replace(/^#(OV_)/gm, "$1");
  expect(uncommented).not.toBe(template);
  expect(load(uncommented).settings).toEqual(defaults);
  expect(load(uncommented).unknown).toEqual([]);
});
