import { describe, expect, test } from "bun:test";
import { check } from "../../src/doctor/check.ts";
import type { AnsweringServer, ModelFacts, Subject } from "../../src/doctor/subject.ts";
import { describe as describeMachine, toSubject } from "./machines.ts";

const well = toSubject(describeMachine("mac-mini"));
const entry = { path: "/models/m", task: "text-generation-with-past", weight_format: "int4" };
const model: ModelFacts = { name: "m", entry, size: 2 ** 31, problem: null };
const answers: AnsweringServer = {
  state: "answers",
  url: "http://b:9",
  version: "1",
  reason: null,
  loaded: [],
};

/** `status what -> next` of one check, with these changes to a box that is well. */
function find(name: string, changes: Partial<Subject>): string[] {
  const findings = check({ ...well, ...changes }).findings.filter((finding) => finding.check === name);
  return findings.map(({ status, what, next }) => `${status} ${what}${next === null ? "" : ` -> ${next}`}`);
}

const withModel = (change: Partial<ModelFacts>): Partial<Subject> => ({
  registry: { ...well.registry, models: [{ ...model, ...change }] },
});

describe("the server and its service", () => {
  test.each<[string, Partial<Subject>, RegExp]>([
    ["server", { server: { ...answers, reason: "It is sad." } }, /^warn .*reports a problem: It is sad\.$/],
    [
      "server",
      {
        server: {
          state: "silent",
          url: "http://127.0.0.1:9",
          problem: 'No server answers at http://127.0.0.1:9 (reset). Start it with "ov-llm serve".',
          holder: { pid: 9, program: "nginx" },
        },
      },
      /^fail No server .* Its port is held by nginx \(pid 9\)\. -> /,
    ],
    [
      "server",
      {
        server: {
          state: "silent",
          url: "http://127.0.0.1:9",
          problem: 'What answers there is not an ov-llm: "nginx" (pid 9) listens there. Name the right one.',
          holder: { pid: 9, program: "nginx" },
        },
      },
      /^fail What answers .* "nginx" \(pid 9\) listens there\. Name the right one\.$/,
    ],
    [
      "server",
      {
        server: {
          state: "silent",
          url: "http://127.0.0.1:9",
          problem: 'No server answers at http://127.0.0.1:9 (reset). Start it with "ov-llm serve".',
          holder: { user: "www" },
        },
      },
      /^fail No server .* Its port is held by a program of the user www\. -> /,
    ],
    [
      "service",
      { service: { problem: null, active: "failed", enabled: true, pid: 0 } },
      /^fail .*has failed\. -> `ov-llm logs`/,
    ],
    [
      "service",
      { service: { problem: null, active: "inactive", enabled: true, pid: 0 } },
      /^warn .*is inactive\. -> .*ov-llm start/,
    ],
    [
      "service",
      { service: { problem: null, active: "active", enabled: false, pid: 1 } },
      /^warn .*not start by itself\. -> .*enable ov-server/,
    ],
    ["service", { service: { problem: "There is none." } }, /^ok The server runs without the service/],
    [
      "service",
      { machine: { ...well.machine, user: { ...well.machine.user, lingers: false } } },
      /^warn .*ends when you log out.* -> Run `sudo loginctl enable-linger home`\.$/,
    ],
    [
      "hub",
      { hub: { state: "asked", endpoint: "https://hub.example", problem: "no route" } },
      /^warn The hub at https:\/\/hub\.example does not answer: no route\. -> /,
    ],
  ])("%s: %j", (name, changes, expected) => {
    expect(find(name, changes)).toEqual([expect.stringMatching(expected)]);
  });

  test("the hub is left alone where it was not asked", () => {
    expect(find("hub", { hub: { state: "skipped" } })).toEqual([]);
  });
});

describe("engines and devices", () => {
  const broken = { state: "broken", reason: "It is broken.", devices: [] } as const;
  const change = (name: string, changes: object) =>
    well.engines.map((engine) => (engine.name === name ? { ...engine, ...changes } : engine));

  test("no engine works", () => {
    const engines = change("batching", broken);
    expect(find("engine", { engines })).toEqual(["fail It is broken."]);
    expect(find("device", { engines })).toEqual([]);
    const none = change("batching", { ...broken, state: "missing", reason: "Run X." });
    expect(find("engine", { engines: none })).toEqual(["fail Run X."]);
  });

  test("one that is broken is a warning beside one that works", () => {
    const engines = change("native", broken);
    expect(find("engine", { engines })).toEqual([
      expect.stringMatching(/^ok batching works/),
      "warn It is broken.",
    ]);
    const settings = { ...well.settings, engine: "native" } as const;
    expect(find("engine", { engines, settings })).toContain("fail It is broken.");
  });

  test("a device that is not there", () => {
    expect(find("device", { settings: { ...well.settings, device: "NPU" } })).toEqual([
      expect.stringMatching(/^fail OV_DEVICE cannot be used: OpenVINO sees no device "NPU", only CPU, GPU/),
    ]);
    expect(find("device", withModel({ entry: { ...entry, device: "npu" } }))[1]).toMatch(
      /^fail The entry of "m" names a device that cannot be used/,
    );
  });

  test.each<[string, string | null, Partial<ModelFacts>, RegExp]>([
    ["on the GPU", "GPU", {}, /^ok "m" runs on GPU\.$/],
    ["on the CPU beside a GPU", "CPU", {}, /^warn "m" runs on CPU, although OpenVINO sees a GPU\. -> /],
    [
      "on the CPU as its entry wants",
      "CPU",
      { entry: { ...entry, device: "CPU" } },
      /^ok "m" runs on CPU\.$/,
    ],
  ])("a loaded model %s", (_where, device, change, expected) => {
    const server = { ...answers, loaded: [{ name: "m", device }] };
    expect(find("use", { server, ...withModel(change) })).toEqual([expect.stringMatching(expected)]);
  });
});

describe("memory, disks and models", () => {
  test.each<[string, Partial<Subject>, RegExp]>([
    [
      "disk",
      { disks: [{ purpose: "models", path: "/m", free: 2 ** 29 }] },
      /^fail Only 512\.0 MB is free for models in "\/m"/,
    ],
    ["disk", { disks: [{ purpose: "models", path: "/m", free: 2 ** 32 }] }, /^warn 4\.0 GB is free/],
    ["disk", { disks: [{ purpose: "models", path: "/m", free: null }] }, /^warn Cannot see how much room/],
    ["models", withModel({ problem: "It is gone. Fetch it." }), /^fail "m": It is gone\. Fetch it\.$/],
    [
      "models",
      { registry: { path: "/r", problems: ["Line 3 is wrong."], models: [] } },
      /^fail Line 3 is wrong\.$/,
    ],
    [
      "models",
      { registry: { path: "/r", problems: [], models: [] } },
      /^warn No models are registered in "\/r" yet\. -> /,
    ],
  ])("%s: %j", (name, changes, expected) => {
    expect(find(name, changes)).toEqual([expect.stringMatching(expected)]);
  });

  test("a model that can never fit", () => {
    expect(find("memory", withModel({ size: 2 ** 36 }))[1]).toMatch(
      /^warn "m" \(64\.0 GB\) does not fit in the memory/,
    );
  });
});
