import { describe, expect, test } from "bun:test";
import { createProgressLine, renderProgress, renderTime } from "../../cli/convert/progress.ts";

const model = { name: "m", position: 1, total: 1 };
const progress = { stage: "tracing the model", percent: 40, seconds: 65, memory: 1024 ** 3 };

test.each([
  [0, "0:00"],
  [59.9, "0:59"],
  [65, "1:05"],
  [3600, "1:00:00"],
  [36_061, "10:01:01"],
])("renderTime: %p is %p", (seconds, text) => expect(renderTime(seconds)).toBe(text));

test("renderProgress leaves out what is not known", () => {
  expect(renderProgress(progress)).toBe("tracing the model 40 %, 1:05 so far, 1.0 GB of memory");
  expect(renderProgress({ ...progress, percent: null, memory: 0 })).toBe("tracing the model, 1:05 so far");
});

describe("createProgressLine", () => {
  const write = (width: number | null) => {
    const out: string[] = [];
    return { out, line: createProgressLine({ write: (text) => void out.push(text), width }) };
  };

  test("writes over one line of a terminal, cut to it, and clears it for what stays", () => {
    const { out, line } = write(32);
    line.show(model, progress);
    line.show(model, { ...progress, seconds: 66 });
    line.say("done");
    const shown = "[##--------] tracing the model ";
    expect(out).toEqual([shown, "\r\u001B[K", shown, "\r\u001B[K", "done\n"]);
  });

  test.each([
    [
      120,
      "[##--------] [1/1] some-model-8b-instruct-int8: tracing the model 40 %, 1:05 so far, 1.0 GB of memory",
    ],
    [90, "[##--------] [1/1] some-model-8b-instruct-int8: tracing the model 40 %, 1:05 so far"],
    [70, "[##--------] tracing the model 40 %, 1:05 so far"],
    [45, "[##--------] tracing the model 40 %, 1:05"],
  ])("leaves out what has no room in %d columns, never the time", (width, shown) => {
    const { out, line } = write(width);
    line.show({ ...model, name: "some-model-8b-instruct-int8" }, progress);
    expect(out).toEqual([shown]);
  });

  test("writes each stage once where there is no terminal", () => {
    const { out, line } = write(null);
    line.show(model, progress);
    line.show(model, { ...progress, percent: 50 });
    line.show(model, { ...progress, stage: "writing the model", percent: null });
    expect(out).toEqual([
      "[1/1] m: tracing the model 40 %, 1:05 so far, 1.0 GB of memory\n",
      "[1/1] m: writing the model, 1:05 so far, 1.0 GB of memory\n",
    ]);
  });

  test("names cannot steer the terminal", () => {
    const { out, line } = write(null);
    line.say("a\u001b[2Jb\nc");
    expect(out).toEqual(["a\\u001b[2Jb c\n"]);
  });
});
