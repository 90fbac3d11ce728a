import { describe, expect, test } from "bun:test";
import { findCycles } from "./cycles.ts";
import { isFile, isOurs, parseImports, readSourceFiles, type SourceFile, toArea } from "./source-files.ts";

/** Who may import whom, besides its own area; ARCHITECTURE.md has the same table. Data flows one way, down this list. */
const allowed: Record<string, readonly string[]> = {
  cli: [
    "daemon",
    "doctor",
    "tune",
    "library",
    "convert",
    "hub",
    "release",
    "mesh",
    "hosts",
    "engine",
    "registry",
    "api",
    "protocol",
    "config",
    "log",
    "bytes",
    "nearest",
    "tuning",
    "errors",
    "version",
  ],
  daemon: [
    "http",
    "wyoming",
    "api",
    "serving",
    "doctor",
    "library",
    // Only what a pull is called, and what its process prints.
    "convert",
    "hub",
    "engine",
    "models",
    "registry",
    "metrics",
    "media",
    "page",
    "threads",
    "linux",
    "config",
    "log",
    "bytes",
    "files",
    "errors",
    "version",
  ],
  wyoming: ["linux", "wav", "errors"],
  http: ["api", "serving", "linux", "log", "json", "nearest", "alarm", "errors", "version"],
  api: ["serving", "generate", "protocol", "tuning", "json", "errors"],
  serving: [
    "engine",
    "generate",
    "grammar",
    "protocol",
    "models",
    "registry",
    "tool-formats",
    "alarm",
    "errors",
  ],
  doctor: [
    "library",
    "hub",
    "engine",
    "models",
    "protocol",
    "registry",
    "config",
    "linux",
    "bytes",
    "nearest",
    "errors",
  ],
  tune: ["library", "engine", "models", "registry", "config", "linux", "bytes", "tuning", "errors"],
  convert: [
    "library",
    "hub",
    "python",
    "models",
    "registry",
    "config",
    "linux",
    "log",
    "bytes",
    "files",
    "nearest",
    "errors",
  ],
  release: ["hub", "linux", "files", "errors"],
  hub: ["models", "linux", "bytes", "files", "alarm", "errors"],
  library: [
    "wav",
    "engine",
    "python",
    "models",
    "protocol",
    "registry",
    "release",
    "config",
    "linux",
    "log",
    "files",
    "tuning",
    "errors",
  ],
  engine: ["python", "models", "protocol", "linux", "log", "bytes", "alarm", "standstill", "errors"],
  hosts: ["protocol", "files", "errors"],
  generate: ["grammar", "protocol", "tool-formats", "errors"],
  grammar: ["protocol", "errors"],
  protocol: ["errors"],
  metrics: ["engine", "serving", "linux"],
  mesh: ["api", "nearest", "errors"],
  page: [],
  python: ["linux", "alarm", "errors"],
  registry: ["linux", "tool-formats", "json", "files", "nearest", "errors"],
  models: ["files", "errors"],
  config: ["files", "nearest", "errors"],
  log: ["errors"],
  media: ["alarm", "errors"],
  threads: ["alarm", "errors"],
  linux: ["alarm", "standstill", "errors"],
  "tool-formats": [],
  tuning: [],
  json: [],
  bytes: [],
  wav: [],
  alarm: ["standstill"],
  standstill: [],
  files: [],
  nearest: [],
  errors: [],
  version: [],
};

/**
 * The same inside of a folder, for its rooms: its folders, and the files beside them. Each imports only what stands below it in its
 * folder's list.
 */
const rooms: Record<string, Record<string, readonly string[]>> = {
  "src/convert": {
    session: [
      "run-one",
      "transaction",
      "reported",
      "pull",
      "options",
      "events",
      "plan",
      "source",
      "environment",
    ],
    "run-one": ["run", "transaction", "reported", "pull", "options", "events", "plan"],
    run: ["transaction", "result", "exporter", "plan", "environment"],
    transaction: ["exporter", "environment"],
    reported: ["pull", "events", "plan"],
    pull: ["options", "plan", "source", "environment"],
    options: ["result", "events", "plan", "source", "environment"],
    result: ["plan", "environment"],
    events: ["exporter", "plan", "source"],
    exporter: ["plan", "environment"],
    plan: ["source", "environment"],
    source: ["environment"],
    environment: [],
  },
  "src/engine": {
    pool: ["memory", "model"],
    memory: ["model", "supervise"],
    loader: ["kinds", "draft", "copies", "model", "supervise"],
    kinds: ["model"],
    draft: ["copies", "model"],
    copies: [],
    model: ["supervise"],
    supervise: [],
  },
  "test/bench": {
    main: [
      "served",
      "result",
      "bench",
      "arguments",
      "known-parts",
      "report",
      "parts",
      "programs",
      "models",
      "measuring",
    ],
    served: ["bench", "known-parts", "kinds", "parts", "programs", "models", "measuring"],
    result: ["bench", "measuring"],
    bench: ["arguments", "known-parts", "parts", "programs", "measuring"],
    arguments: ["known-parts", "report", "programs", "options", "models"],
    "known-parts": ["growth", "speculation", "parts", "programs", "models"],
    report: ["programs", "measuring"],
    growth: ["programs", "models", "measuring"],
    kinds: ["programs", "options", "models", "measuring"],
    speculation: ["programs", "models", "measuring"],
    parts: ["programs", "options", "measuring"],
    programs: ["options", "models", "measuring"],
    options: ["models"],
    models: [],
    measuring: [],
  },
};

/** What the table forbids and the code still does. Only ever shorter. */
const debts: readonly string[] = [];

/** Packages that only one area may import. */
const packageOwners: [name: RegExp, area: string][] = [
  [/^(elysia|@elysiajs\/.*)$/, "http"],
  [/^citty$/, "cli"],
  [/^prom-client$/, "metrics"],
  [/^(preact|@preact\/.*|uplot|marked|dompurify)$/, "page"],
];

const files = await readSourceFiles();

/** Where in the code of some files a pattern stands, as `path: match`. */
function findUses(pattern: RegExp, among: SourceFile[]): string[] {
  return among.flatMap(({ path, code }) => (code.match(pattern) ?? []).map((match) => `${path}: ${match}`));
}

function findImports(among: SourceFile[], isWrong: (module: string, file: SourceFile) => boolean): string[] {
  return among.flatMap((file) =>
    file.imports.filter((module) => isWrong(module, file)).map((module) => `${file.path} imports ${module}`),
  );
}

const inAreas = (...areas: string[]) => files.filter(({ area }) => areas.includes(area));

describe("who imports whom", () => {
  test("every area of the source is in the table", () => {
    expect([...new Set(files.map(({ area }) => area))].filter((area) => !(area in allowed))).toEqual([]);
  });

  test("each area imports only what the table allows", () => {
    const isWrong = (module: string, { area }: SourceFile) =>
      isOurs(module) && toArea(module) !== area && !allowed[area]?.includes(toArea(module));
    expect(findImports(files, isWrong)).toEqual([...debts]);
  });

  test("only serve starts the daemon, and loads it only then", () => {
    const users = inAreas("cli").filter(({ imports }) => imports.includes("src/daemon/daemon.ts"));
    expect(users.map(({ path }) => path)).toEqual(["cli/commands/serve.ts"]);
    expect(users[0]?.imports.filter((module) => module === "src/daemon/daemon.ts")).toEqual([
      "src/daemon/daemon.ts",
    ]);
    expect(users[0]?.lazy).toContain("src/daemon/daemon.ts");
  });

  test("the daemon's side imports nothing of the hosts: it embeds their sources", () => {
    const users = inAreas("engine", "daemon", "serving", "library");
    expect(findImports(users, (module) => isOurs(module) && toArea(module) === "hosts")).toEqual([]);
  });

  test("a package with one owner is imported by it alone", () => {
    const isWrong = (module: string, { area }: SourceFile) =>
      packageOwners.some(([name, owner]) => name.test(module) && area !== owner);
    expect(findImports(files, isWrong)).toEqual([]);
  });

  test("our modules are named with their extension and are there", () => {
    expect(findImports(files, (module) => isOurs(module) && !isFile(module))).toEqual([]);
  });

  test("there are no cycles", () => {
    expect(findCycles(new Map(files.map(({ path, imports }) => [path, imports.filter(isOurs)])))).toEqual([]);
  });
});

describe.each(Object.entries(rooms))("who imports whom inside of %s", async (folder, table) => {
  const inside = `${folder}/`;
  const own = await readSourceFiles(folder);
  const toRoom = (path: string) => (path.slice(inside.length).split("/")[0] ?? "").replace(/\.ts$/, "");
  const names = Object.keys(table);

  test("every folder and file of it is in its table", () => {
    const found = own.map(({ path }) => toRoom(path));
    expect([...new Set(found)].toSorted()).toEqual(names.toSorted());
  });

  test("each imports only what the table allows", () => {
    const isWrong = (module: string, { path }: SourceFile) =>
      module.startsWith(inside) &&
      toRoom(module) !== toRoom(path) &&
      !table[toRoom(path)]?.includes(toRoom(module));
    expect(findImports(own, isWrong)).toEqual([]);
  });

  test.each(names)("%s imports only what stands below it", (name) => {
    const below = names.slice(names.indexOf(name) + 1);
    expect(table[name]?.filter((other) => !below.includes(other))).toEqual([]);
  });
});

describe("what code may touch", () => {
  test("only config/load.ts reads the environment", () => {
    const others = files.filter(({ path }) => path !== "src/config/load.ts");
    expect(findUses(/\bprocess\.env\b|\bBun\.env\b|\bimport\.meta\.env\b/g, others)).toEqual([]);
  });

  test("nothing writes to the console", () => {
    expect(findUses(/\bconsole\.\w+/g, files)).toEqual([]);
  });

  test("only cli ends the process", () => {
    expect(
      findUses(
        /\bprocess\.(exit|abort|reallyExit)\b/g,
        files.filter(({ area }) => area !== "cli"),
      ),
    ).toEqual([]);
  });

  test("api, generate, grammar and protocol are pure: no files, no network, no Bun", () => {
    const pure = inAreas("api", "generate", "grammar", "protocol");
    const isImpure = (module: string) =>
      /^(bun|bun:.*|(node:)?(fs|net|http|https|os|child_process)(\/.*)?)$/.test(module);
    expect(findImports(pure, isImpure)).toEqual([]);
    expect(findUses(/\bBun\.\w+|\bfetch\(/g, pure)).toEqual([]);
  });
});

describe("the rules see what they hold", () => {
  test.each([
    [`import { a } from "../errors.ts";`, ["src/errors.ts"]],
    [`import type { A } from "./b.ts";`, ["src/x/b.ts"]],
    [`import {\n  a,\n  type B,\n} from "elysia";`, ["elysia"]],
    [`export { a } from "./b.ts";`, ["src/x/b.ts"]],
    [`import "./b.ts";`, ["src/x/b.ts"]],
    [`import text from "./host.py" with { type: "text" };`, ["src/x/host.py"]],
    [`const { a } = await import("../b.ts");`, ["src/b.ts"]],
    [`// import { a } from "../errors.ts";`, []],
    [`export const a = "./b.ts";`, []],
    [`export function a() {\n  return "from";\n}`, []],
  ])("in %p", (text, imports) => expect(parseImports(text, "src/x/a.ts").imports).toEqual(imports));

  test("a cycle", () => {
    const graph = new Map([
      ["a", ["b"]],
      ["b", ["c"]],
      ["c", ["b"]],
    ]);
    expect(findCycles(graph)).toEqual(["b -> c -> b"]);
  });

  test("many files", () => expect(files.length).toBeGreaterThan(20));
});
