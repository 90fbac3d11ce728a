import { afterAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { readManifest } from "../../../src/models/manifest.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { makeModel } from "../fake-models.ts";

const fixture = join(import.meta.dir, "transaction.fixture.ts");
const temp = createTempDir();

/** A folder on another file system than the tests' own; null: this machine has none that all may write to. */
const elsewhere = findElsewhere();

function findElsewhere(): string | null {
  try {
    if (statSync("/dev/shm").dev === statSync(temp).dev) return null;
    const path = mkdtempSync("/dev/shm/ov-llm-test-");
    afterAll(() => rmSync(path, { recursive: true, force: true }));
    return path;
  } catch {
    return null;
  }
}

const plain = [
  "work folder made",
  "exported",
  "checked",
  "manifest written",
  "journal written",
  "in place",
  "registered",
];
const scenarios: Record<string, { steps: string[]; again: boolean; isFar: boolean }> = {
  "a first conversion": { steps: [...plain, "original moved", "done"], again: false, isFar: false },
  "one that replaces an older one": {
    steps: [
      ...plain.slice(0, 5),
      "old folder set aside",
      ...plain.slice(5),
      "old folder removed",
      "original moved",
      "done",
    ],
    again: true,
    isFar: false,
  },
  "one whose original goes to another file system": {
    steps: [
      ...plain,
      ...["original copied", "copy in place", "original set aside", "original removed", "done"],
    ],
    again: false,
    isFar: true,
  },
};

interface Place {
  source: string;
  og: string;
  out: string;
  registryPath: string;
  overwrite: boolean;
}

const others = { other: { path: "/elsewhere", task: "t", weight_format: "int4", mine: [1] } };

async function makePlace({ again, isFar }: { again: boolean; isFar: boolean }): Promise<Place> {
  const home = mkdtempSync(join(temp, "a home "));
  const place = {
    source: join(home, "model/--wëird name"),
    og: isFar ? mkdtempSync(join(elsewhere ?? "", "og-")) : join(home, "model/og_models"),
    out: join(home, "out"),
    registryPath: join(home, "out/registry.json"),
    overwrite: again,
  };
  mkdirSync(place.out, { recursive: true });
  writeFileSync(place.registryPath, JSON.stringify({ version: 1, models: others, kept: true }));
  if (again) {
    makeModel(place.source);
    await run({ ...place, overwrite: false, og: join(home, "earlier") }, null, "old");
  }
  makeModel(place.source, { "extra/deep.txt": "deep" });
  return place;
}

async function run(
  place: Place,
  dieAt: string | null,
  content = "new",
): Promise<{ steps: string[]; killed: boolean }> {
  const child = Bun.spawn([process.execPath, fixture, JSON.stringify({ ...place, dieAt, content })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const out = await child.stdout.text();
  await child.exited;
  return { steps: out.split("\n").filter(Boolean), killed: child.signalCode === "SIGKILL" };
}

const modelOf = ({ out }: Place) => join(out, "m/task-text-generation-with-past__wf-int8");
const isWholeOriginal = (path: string) =>
  existsSync(join(path, "model.safetensors")) && existsSync(join(path, "extra/deep.txt"));

/** What must hold at every moment. */
function expectNothingLost(place: Place): void {
  const registry = JSON.parse(readFileSync(place.registryPath, "utf8"));
  expect(registry).toMatchObject({ version: 1, models: others, kept: true });
  const originals = [place.source, join(place.og, "--wëird name")].filter(isWholeOriginal);
  expect(originals.length).toBeGreaterThan(0);
  // What looks like a model is one, and what the registry names is there or waits beside its place.
  const folder = dirname(modelOf(place));
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names.filter((name) => name.startsWith("task-"))) {
    expect(readManifest(join(folder, name))).not.toBeNull();
  }
  if ("m" in registry.models && !names.includes("task-text-generation-with-past__wf-int8")) {
    expect(names).toContain(".task-text-generation-with-past__wf-int8.old");
  }
}

function expectAllDone(place: Place): void {
  const registry = JSON.parse(readFileSync(place.registryPath, "utf8"));
  expect(Object.keys(registry.models)).toEqual(["other", "m"]);
  expect(registry).toMatchObject({
    models: { ...others, m: { path: modelOf(place), weight_format: "int8" } },
    kept: true,
  });
  expect(readFileSync(join(modelOf(place), "openvino_model.xml"), "utf8")).toBe("new");
  expect(readdirSync(modelOf(place)).sort()).toEqual(["conversion.json", "openvino_model.xml"]);
  const original = join(place.og, "--wëird name");
  expect(readManifest(modelOf(place))).toMatchObject({
    name: "m",
    source_path: place.source,
    original_path: original,
  });
  expect(isWholeOriginal(original)).toBe(true);
  expect(readdirSync(original).sort()).toEqual([
    "config.json",
    "extra",
    "model.safetensors",
    "tokenizer.json",
  ]);
  const left = [dirname(modelOf(place)), dirname(place.source), place.og].flatMap((path) =>
    readdirSync(path),
  );
  expect(left.filter((name) => name.startsWith(".") || name.startsWith("--"))).toEqual(["--wëird name"]);
}

for (const [name, scenario] of Object.entries(scenarios)) {
  const suite = scenario.isFar && elsewhere === null ? describe.skip : describe;
  suite(`${name}${scenario.isFar && elsewhere === null ? " (skipped: no second file system)" : ""}`, () => {
    test("takes these steps", async () => {
      const place = await makePlace(scenario);
      expect(await run(place, null)).toEqual({ steps: scenario.steps, killed: false });
      expectAllDone(place);
    });

    test.each(scenario.steps)("killed after %p loses nothing, and the next run ends it", async (step) => {
      const place = await makePlace(scenario);
      expect((await run(place, step)).killed).toBe(true);
      expectNothingLost(place);
      expect((await run(place, null)).killed).toBe(false);
      expectAllDone(place);
    });

    const later = scenario.steps.slice(scenario.steps.indexOf("journal written") + 1);
    test.each(later)(
      "killed with its journal written, and the next run after %p, is ended by the third",
      async (step) => {
        const place = await makePlace(scenario);
        await run(place, "journal written");
        expect((await run(place, step)).killed).toBe(true);
        expectNothingLost(place);
        await run(place, null);
        expectAllDone(place);
      },
    );
  });
}
