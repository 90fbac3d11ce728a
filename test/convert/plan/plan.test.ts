import { describe, expect, test } from "bun:test";
import { toExportArgs } from "../../../src/convert/exporter/args.ts";
import { noInt4Wishes } from "../../../src/convert/plan/int4.ts";
import { isExport, type PlanOptions, toPlan } from "../../../src/convert/plan/plan.ts";
import { judge, type Resources, type Shortage, toMemory } from "../../../src/convert/plan/resources.ts";
import type { ExportSource } from "../../../src/convert/source/source.ts";

const task = "text-generation-with-past";
const GB = 1024 ** 3;

function source(folder: string, extra: Partial<ExportSource> = {}): ExportSource {
  const path = `/model/${folder}`;
  const facts = {
    task,
    exportTask: task,
    transformers: null,
    bytes: 2 * GB,
    parameters: GB,
    widths: [128],
    code: [],
    isLink: false,
  };
  return { kind: "export", folder, label: folder, path, ...facts, ...extra };
}

function plan(sources: PlanOptions["sources"], extra: Partial<PlanOptions> & { taken?: string[] } = {}) {
  return toPlan({
    sources,
    names: new Map(),
    isTaken: (name) => extra.taken?.includes(name) ?? false,
    formatOf: () => undefined,
    exists: () => false,
    earlierName: () => undefined,
    weightFormat: "int8",
    int4: { wishes: noInt4Wishes, machine: { device: "CPU", flags: ["avx2", "avx512f"] } },
    modelOut: "/out",
    modelOg: "/og",
    copy: false,
    overwrite: false,
    ...extra,
  });
}

describe("names", () => {
  test.each([
    ["Qwen2.5-3B-Instruct", "", [], "qwen2-5-3b-instruct", []],
    ["A", "  mine ", [], "mine", []],
    ["A", "My Model!", [], "my-model", ['the name "My Model!" is written "my-model"']],
    ["A", "", ["a"], "a-2", ['the name "a" is taken, so it becomes "a-2"']],
    ["A", "", ["a", "a-2"], "a-3", ['the name "a" is taken, so it becomes "a-3"']],
    ["模型", "", [], "moxing", []],
    ["--help", "../../etc", [], "etc", ['the name "../../etc" is written "etc"']],
  ])("%p with the answer %p, taken %p: %p", (folder, answer, taken, name, notes) => {
    const [planned] = plan([source(folder)], { names: new Map([[`/model/${folder}`, answer]]), taken });
    expect(planned).toMatchObject({ name, notes, path: `/out/${name}/task-${task}__wf-int8` });
  });

  test("no two models of one run get the same", () => {
    const names = new Map([["/model/c", "a"]]);
    expect(plan([source("a"), source("A"), source("c")], { names }).map(({ name }) => name)).toEqual([
      "a",
      "a-2",
      "a-3",
    ]);
  });

  test("with overwrite a model keeps its earlier name, which is said", () => {
    const [planned] = plan([source("a")], { overwrite: true, taken: ["bee"], earlierName: () => "bee" });
    expect(planned).toMatchObject({ name: "bee", notes: ['it replaces the model "bee"'] });
  });
});

describe("what is planned", () => {
  test("an original goes to a free place", () => {
    const exists = (path: string) => path === "/og/a";
    const planned = plan([source("a")], { exists });
    expect(planned).toMatchObject([{ originalPath: "/og/a-2" }]);
  });

  test.each([{ copy: true }, { sources: [source("a", { isLink: true })] }])(
    "an original stays with %j",
    (extra) => {
      expect(plan([source("a")], extra)).toMatchObject([{ originalPath: "/model/a" }]);
    },
  );

  test("the weight format of the path is the one that is passed on", () => {
    const [planned] = plan([source("a", { widths: [576, 1536] })], { weightFormat: "int4" });
    expect(planned).toMatchObject({
      weightFormat: "int4",
      int4: { scheme: { groupSize: 64, symmetric: false, ratio: 1 } },
      path: `/out/a/task-${task}__wf-int4`,
    });
    expect(planned?.notes).toEqual(["int4 uses group size 64: 128 does not divide 576"]);
  });

  test("another format of a model gets that in its name, unless it was named", () => {
    const extra: Parameters<typeof plan>[1] = { taken: ["a"], formatOf: () => "int8", weightFormat: "int4" };
    const toName = (names: Map<string, string>, more = {}) =>
      plan([source("A")], { ...extra, names, ...more })[0]?.name;
    expect(toName(new Map())).toBe("a-int4");
    expect(toName(new Map(), { taken: ["a", "a-int4"] })).toBe("a-int4-2");
    expect(toName(new Map(), { weightFormat: "int8" })).toBe("a-2");
    expect(toName(new Map([["/model/A", "a"]]))).toBe("a-2");
  });

  test("what is ready is registered where it lies, for its own task", () => {
    const path = "/model/m.gguf";
    const [planned] = plan([
      {
        kind: "gguf",
        folder: "m.gguf",
        label: "m.gguf",
        needsTokenizer: false,
        path,
        weightFormat: "q4_1",
        task: "text-generation",
      },
    ]);
    expect(planned).toMatchObject({ name: "m", path, weightFormat: "q4_1", task: "text-generation" });
    expect(planned && isExport(planned)).toBe(false);
  });
});

const request = {
  model: "/m/--help",
  output: "/o",
  task,
  weightFormat: "int8",
  int4: null,
  trustRemoteCode: true,
} as const;

test.each([
  [{}, `export openvino --model /m/--help --task ${task} --weight-format int8 --trust-remote-code /o`],
  [{ trustRemoteCode: false }, `export openvino --model /m/--help --task ${task} --weight-format int8 /o`],
  [
    { weightFormat: "int4", int4: { groupSize: 64, symmetric: false, ratio: 1 } } as const,
    `export openvino --model /m/--help --task ${task} --weight-format int4 --group-size 64 --trust-remote-code /o`,
  ],
  [
    { weightFormat: "int4", int4: { groupSize: -1, symmetric: true, ratio: 0.8 } } as const,
    `export openvino --model /m/--help --task ${task} --weight-format int4 --group-size -1 --sym --ratio 0.8 --trust-remote-code /o`,
  ],
])("the exporter is called with %j", (extra, line) => {
  expect(toExportArgs({ ...request, ...extra }).join(" ")).toBe(line);
});

describe("whether it fits the machine", () => {
  const roomy: Resources = {
    disk: { outFree: 100 * GB, ogFree: 100 * GB, ogIsOther: false, ogSharesOut: true },
    memory: { available: 60 * GB, total: 64 * GB },
  };
  const check = (change: (resources: Resources) => void) => {
    const resources = structuredClone(roomy);
    change(resources);
    const { refusals, warnings } = judge(plan([source("a"), source("b")]), resources);
    return { refusals, warnings };
  };
  const inGB = (needed: number) => expect.closeTo(needed * GB, -8);

  test("with room for all there is no shortage", () => {
    expect(check(() => {})).toEqual({ refusals: [], warnings: [] });
  });

  test.each<[string, (resources: Resources) => void, Shortage]>([
    [
      "a full disk",
      (r) => void Object.assign(r.disk, { outFree: 2 * GB }),
      { of: "disk", for: "models", needed: inGB(2.4), free: 2 * GB },
    ],
    [
      "no room for the originals elsewhere",
      (r) => void Object.assign(r.disk, { ogIsOther: true, ogSharesOut: false, ogFree: 3 * GB }),
      { of: "disk", for: "originals", needed: 4 * GB, free: 3 * GB },
    ],
    [
      "originals that are copied beside the models",
      (r) => void Object.assign(r.disk, { ogIsOther: true, outFree: 6 * GB }),
      { of: "disk", for: "models", needed: inGB(6.4), free: 6 * GB },
    ],
    [
      "far too little memory",
      (r) => void Object.assign(r.memory, { total: GB }),
      { of: "memory", folder: "a", needed: inGB(5), has: GB },
    ],
  ])("%s is refused", (_, change, shortage) => {
    expect(check(change).refusals).toContainEqual(shortage);
  });

  test("memory that is in use is warned of", () => {
    const { refusals, warnings } = check((r) => void Object.assign(r.memory, { available: 3 * GB }));
    expect(refusals).toEqual([]);
    expect(warnings).toMatchObject([{ of: "memory", folder: "a", has: 3 * GB }, { folder: "b" }]);
  });

  test("swap counts as memory", () => {
    const machine = { total: 10, available: 5, swapTotal: 4, swapFree: 2 };
    expect(toMemory(machine)).toEqual({ available: 7, total: 14 });
  });
});
