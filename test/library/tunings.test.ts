import { expect, test } from "bun:test";
import { readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTuningsReader, keepTuning, readTunings } from "../../src/library/tunings.ts";
import { createTempDir } from "../helpers/temp.ts";
import { tuning } from "../helpers/tuning.ts";

const newPath = () => join(createTempDir(), "state/ov-llm/tunings.json");
const fail = (problem: string) => {
  throw new Error(problem);
};

test("the last result of each model is kept, the newest first, for its owner alone", async () => {
  const path = newPath();
  expect(readTunings(path, fail)).toEqual([]);
  const later = { ...tuning, at: "2026-11-27T12:00:00.000Z" };
  for (const one of [tuning, { ...tuning, model: "other" }, later]) await keepTuning(path, one, fail);
  expect(readTunings(path, fail)).toEqual([later, { ...tuning, model: "other" }]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("two that end at once are both kept", async () => {
  const path = newPath();
  const models = Array.from({ length: 8 }, (_, at) => `m${at}`);
  await Promise.all(models.map((model) => keepTuning(path, { ...tuning, model }, fail)));
  expect(
    readTunings(path, fail)
      .map(({ model }) => model)
      .sort(),
  ).toEqual(models);
});

test("what is read again and again is read once for each change, and a damaged file is reported once", async () => {
  const path = newPath();
  const problems: string[] = [];
  const read = createTuningsReader(path, (problem) => problems.push(problem));
  expect(read()).toEqual([]);
  await keepTuning(path, tuning, fail);
  const first = read();
  expect([first, read() === first]).toEqual([[tuning], true]);
  writeFileSync(path, '{"version": 1, "models": [{}]}');
  expect([read(), read()]).toEqual([[], []]);
  expect(problems).toEqual([expect.stringContaining("Cannot read what was tuned")]);
  await keepTuning(path, tuning, () => {});
  expect(read()).toEqual([tuning]);
  utimesSync(path, 1, 1);
  expect(read()).toEqual([tuning]);
  // As long and as old as it was, as after a change of its permissions: only the time of the change differs.
  writeFileSync(path, "{".padEnd(statSync(path).size));
  utimesSync(path, 1, 1);
  expect(read()).toEqual([]);
  expect(problems).toHaveLength(2);
  rmSync(path);
  symlinkSync(path, path);
  expect([read(), read()]).toEqual([[], []]);
  expect(problems).toHaveLength(3);
});

test.each([
  ["of a newer version", '{"version": 2, "models": []}'],
  ["that is cut off", '{"version": 1, "mod'],
])("a file %s is kept aside, and that is reported", async (_what, text) => {
  const path = newPath();
  await keepTuning(path, tuning, fail);
  writeFileSync(path, text);
  const problems: string[] = [];
  await keepTuning(path, tuning, (problem) => problems.push(problem));
  expect(readTunings(path, fail)).toEqual([tuning]);
  expect(readFileSync(`${path}.unreadable`, "utf8")).toBe(text);
  expect(problems).toEqual([expect.stringContaining(`It is kept as "${path}.unreadable".`)]);
});
