import { expect, test } from "bun:test";
import { createView } from "../../cli/convert/view.ts";
import type { ConvertEvent } from "../../src/convert/events.ts";
import { OvError } from "../../src/errors.ts";

const model = { name: "m", position: 1, total: 2 };
const fetching = { type: "fetching", repo: "a/b", path: "/src/b" } as const;
const file = { path: "w", digest: null, done: 1, bytes: 2 };
const GB = 1024 ** 3;
const finished = {
  type: "converted",
  registeredAs: "m-2",
  alias: null,
  writes: true,
  path: "/out/m",
  seconds: 5,
  warning: null,
} as const;

const cases: [event: ConvertEvent, text: string][] = [
  [
    { type: "recovered", name: "m", warning: null },
    'Finished the conversion of "m", which an earlier run had',
  ],
  [
    { type: "recovered", name: "m", warning: { what: "The original stays at /m", why: "it is busy" } },
    "Warning: The original stays at /m: it is busy.\n",
  ],
  [{ type: "cleaned", folders: ["/x"] }, "Removed unfinished work of an earlier run.\n"],
  [
    { type: "doubted", folder: "/x", why: "this installation did not write it" },
    "Warning: /x states that its conversion is not finished, but this installation did not write it: it stays as it is. Remove it if it is not yours.\n",
  ],
  [{ type: "installing", line: "Collecting a\nb" }, "Collecting a b\n"],
  [{ ...fetching, step: "started" }, "Fetching a/b to /src/b\n"],
  [{ ...fetching, step: "listed", files: 3, bytes: 24 * 2 ** 20 + 3 }, "a/b: 3 files, 24.0 MB to fetch\n"],
  [
    { ...fetching, step: "running", done: 6 * 2 ** 20, bytes: 24 * 2 ** 20, file },
    "a/b: 6.0 MB of 24.0 MB (25 %)\n",
  ],
  [{ ...fetching, step: "running", done: 30e6, bytes: 24e6, file }, "(100 %)\n"],
  [
    { type: "present", repo: "a/b", name: "b", path: "/src/b", weightFormat: "int8" },
    'a/b is there already, as "b" (int8): /src/b. Add --overwrite to fetch and convert it again.\n',
  ],
  [{ ...fetching, step: "done" }, "a/b is in /src/b\n"],
  [
    { type: "scanned", modelSrc: "/src", found: [], skipped: [] },
    'Nothing to convert in /src. "ov-llm convert PATH" converts a model elsewhere',
  ],
  [
    {
      type: "scanned",
      modelSrc: "/src",
      found: [],
      skipped: [{ folder: "x", path: "/src/x", reason: "it is empty" }],
    },
    "Skipped x: it is empty.\n",
  ],
  [
    {
      type: "refused",
      shortages: [{ of: "disk", for: "models", needed: 2 * GB, free: GB }],
    },
    "error: Not enough disk for the converted models: about 2.0 GB needed, 1.0 GB free. Make room, or ",
  ],
  [
    { type: "refused", shortages: [{ of: "disk", for: "originals", needed: 2 * GB, free: GB }] },
    "error: Not enough disk for the originals: 2.0 GB needed, 1.0 GB free.",
  ],
  [
    { type: "refused", shortages: [{ of: "memory", folder: "m", needed: 2 * GB, has: GB }] },
    'error: "m" needs about 2.0 GB of memory, and this machine has 1.0 GB with swap.',
  ],
  [{ type: "declined" }, "Nothing was changed.\n"],
  [{ type: "started", model, logPath: "/m.log" }, "[1/2] m: its log: /m.log\n"],
  [
    { type: "exporting", model, stage: "tracing the model", percent: 40, seconds: 65, memory: GB },
    "[1/2] m: tracing the model 40 %, 1:05 so far, 1.0 GB of memory\n",
  ],
  [{ type: "retrying", model, note: "int4 uses group size 64" }, "[1/2] m: Trying again: int4 uses"],
  [{ type: "measuring", model, seconds: 2 }, "[1/2] m: comparing it with its original, 0:02 so far\n"],
  [
    {
      type: "measured",
      model,
      quality: {
        tokens: 511,
        agreement: 0.934,
        perplexity: 14.2,
        original_perplexity: 13.041,
        tokens_per_second: 52,
      },
    },
    "[1/2] m: agrees with its original on 93.4 % of 511 tokens; perplexity 14.2, the original's 13.0; 52 tokens/s\n",
  ],
  [{ type: "unmeasured", model, why: "No memory." }, "[1/2] m: Warning: No memory.\n"],
  [{ type: "checking", model, seconds: 2 }, "[1/2] m: testing it in the engine, 0:02 so far\n"],
  [{ ...finished, model }, '[1/2] m: converted as "m-2" in 0:05: /out/m\n'],
  [
    { type: "failed", model, seconds: 5, error: new OvError("conversion_failed", { what: "No", why: "x" }) },
    "[1/2] m: stopped after 0:05\nerror: No: x.\n",
  ],
  [{ type: "stopped", model, seconds: 5 }, "[1/2] m: stopped after 0:05\n"],
];

test.each(cases)("the event %j is shown", (event, text) => {
  const out: string[] = [];
  createView({ write: (part) => void out.push(part), width: null })(event);
  expect(out.join("")).toContain(text);
});

test("a single model that writes text is followed by the command to talk to it", () => {
  const toLast = (total: number, writes: boolean, more = {}) => {
    const out: string[] = [];
    const view = createView({ write: (part) => void out.push(part), width: null });
    view({ ...finished, model: { ...model, total }, writes, ...more });
    return out.join("").split("\n").at(-2);
  };
  expect(toLast(1, true)).toBe("Talk to it: ov-llm chat m-2");
  expect(toLast(1, true, { registeredAs: "my m" })).toBe("Talk to it: ov-llm chat 'my m'");
  expect([toLast(2, true), toLast(1, false)]).toEqual([
    '[1/2] m: converted as "m-2" in 0:05: /out/m',
    '[1/1] m: converted as "m-2" in 0:05: /out/m',
  ]);
});

test("in a chat that goes on, no command of the shell follows", () => {
  const out: string[] = [];
  const view = createView({ write: (part) => void out.push(part), width: null, inChat: true });
  view({ ...finished, model: { ...model, total: 1 } });
  view({ type: "present", repo: "a/b", name: "b", path: "/src/b", weightFormat: "int8" });
  expect(out.join("")).toBe(
    '[1/1] m: converted as "m-2" in 0:05: /out/m\na/b is there already, as "b" (int8): /src/b.\n',
  );
});

test("a download that stops leaves its last line, and the next text starts below it", () => {
  const out: string[] = [];
  const view = createView({ write: (part) => void out.push(part), width: 80 });
  view({ ...fetching, step: "running", done: 1, bytes: 2, file });
  view({ type: "fetch_stopped", repo: "a/b" });
  view({ type: "fetch_stopped", repo: "a/b" });
  expect(out.join("")).toBe("a/b: 1 B of 2 B (50 %)\n");
});

test("what stays is written over the line of progress", () => {
  const out: string[] = [];
  const view = createView({ write: (part) => void out.push(part), width: 80 });
  view({ type: "checking", model, seconds: 2 });
  view({ type: "stopped", model, seconds: 2 });
  expect(out.join("")).toBe(
    "[####------] [1/2] m: testing it in the engine, 0:02 so far\r\u001B[K[1/2] m: stopped after 0:02\n",
  );
});
