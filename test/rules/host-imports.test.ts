import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findCycles } from "./cycles.ts";

/**
 * Who may import whom inside the batching host: its folders, and the files beside them. Each imports only what stands
 * below it in this list. ARCHITECTURE.md describes them.
 */
const allowed: Record<string, readonly string[]> = {
  host: ["engine", "memory", "arrivals", "stages", "messages"],
  engine: ["vision", "generation", "encoders", "speech", "device", "kind", "stages", "messages"],
  vision: ["generation", "pipeline", "tokenization", "device", "messages"],
  generation: [
    "speculation",
    "pipeline",
    "grammars",
    "tokenization",
    "device",
    "kind",
    "arrivals",
    "messages",
  ],
  speculation: ["pipeline", "device", "messages"],
  pipeline: ["grammars", "device", "messages"],
  grammars: ["tokenization", "messages"],
  encoders: ["tokenization", "device", "kind", "arrivals", "messages"],
  speech: ["device", "kind", "messages"],
  tokenization: ["messages"],
  memory: [],
  device: ["device_choice", "stages", "messages"],
  kind: ["messages"],
  arrivals: ["messages"],
  device_choice: ["messages"],
  stages: [],
  messages: [],
};

const folder = join(import.meta.dir, "../../src/hosts/batching");

/** `import a.b` and `from a.b import c`, at any depth of indentation. */
const importing = /^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([\w.]+))/gm;

interface Module {
  /** As it is imported: `messages`, `vision.pictures`. */
  name: string;
  /** Every module that it imports, as it is written there. */
  imports: string[];
}

function parseImports(text: string): string[] {
  return [...text.matchAll(importing)].map(([, from, whole]) => from ?? whole ?? "");
}

const modules: Module[] = [...new Bun.Glob("**/*.py").scanSync(folder)].sort().map((path) => ({
  name: path.replace(/(\/__init__)?\.py$/, "").replaceAll("/", "."),
  imports: parseImports(readFileSync(join(folder, path), "utf8")),
}));
const names = new Set(modules.map(({ name }) => name));

const toArea = (name: string) => name.split(".")[0] ?? "";
const areas = new Set([...names].map(toArea));
const isOurs = (name: string) => areas.has(toArea(name));

function findImports(isWrong: (imported: string, importer: string) => boolean): string[] {
  return modules.flatMap(({ name, imports }) =>
    imports.filter((imported) => isWrong(imported, name)).map((imported) => `${name} imports ${imported}`),
  );
}

describe("who imports whom in the batching host", () => {
  test("every folder, and every file beside them, is in the table", () => {
    expect([...areas].sort()).toEqual(Object.keys(allowed).sort());
  });

  test("each folder imports only what the table allows", () => {
    const isWrong = (imported: string, importer: string) =>
      isOurs(imported) &&
      toArea(imported) !== toArea(importer) &&
      !allowed[toArea(importer)]?.includes(toArea(imported));
    expect(findImports(isWrong)).toEqual([]);
  });

  test.each(Object.keys(allowed))("%s imports only what stands below it", (name) => {
    const areas = Object.keys(allowed);
    const below = areas.slice(areas.indexOf(name) + 1);
    expect(allowed[name]?.filter((other) => !below.includes(other))).toEqual([]);
  });

  test("our modules are named whole and are there", () => {
    const isFolder = (name: string) => [...names].some((one) => one.startsWith(`${name}.`));
    const isWrong = (imported: string) =>
      imported.startsWith(".") || (isOurs(imported) && (!names.has(imported) || isFolder(imported)));
    expect(findImports(isWrong)).toEqual([]);
  });

  test("there are no cycles", () => {
    const graph = new Map(modules.map(({ name, imports }) => [name, imports.filter(isOurs)]));
    expect(findCycles(graph)).toEqual([]);
  });
});

describe("the rules see what they hold", () => {
  test.each([
    ["import json", ["json"]],
    ["import numpy as np", ["numpy"]],
    ["from messages import Message", ["messages"]],
    ["    from vision.vision import Vision", ["vision.vision"]],
    ["from . import pictures", ["."]],
    ["# from messages import Message", []],
    ['name = "import json"', []],
  ])("in %p", (text, imports) => expect(parseImports(text)).toEqual(imports));

  test("many files", () => expect(modules.length).toBeGreaterThan(40));
});
