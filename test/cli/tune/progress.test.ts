import { expect, test } from "bun:test";
import { createTuneProgress } from "../../../cli/tune/progress.ts";

const loading = { type: "loading", label: "the present settings" } as const;

test.each([
  [80, ["Loading: the present settings", "\r\u001B[K"]],
  [null, ["Loading: the present settings\n"]],
])("of %p columns, the last line makes room for the result", (width, expected) => {
  const written: string[] = [];
  const progress = createTuneProgress({ write: (text) => void written.push(text), width });
  progress.report(loading);
  progress.end();
  progress.end();
  expect(written).toEqual(expected);
});
