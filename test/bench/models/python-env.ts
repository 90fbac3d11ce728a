import { homedir } from "node:os";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { installPythonEnv, type PythonEnvPlan } from "../../../src/python/install.ts";
import { parseLock } from "../../../src/python/lock.ts";
import { probePythonEnv, toPython } from "../../../src/python/probe.ts";
import lockText from "../../supply/locks/bench.txt" with { type: "text" };

const names = ["xllamacpp", "gguf"] as const;
const lock = { name: "bench", text: lockText };

/** Package -> version. */
const Installed = Type.Object({ packages: Type.Record(Type.String(), Type.String()) });
type Facts = Static<typeof Installed>;

const isFacts = (value: unknown): value is Facts => Value.Check(Installed, value);
const pinned = new Map(parseLock(lockText).map(({ name, version }) => [name, version]));

const plan: PythonEnvPlan<Facts> = {
  labels: { what: "what the bench needs of Python", command: "bun run bench", setting: "OV_BENCH_DIR" },
  probe: (dir, options) => probePythonEnv(dir, script, isFacts, options),
  isPinned: ({ packages }) => names.every((name) => packages[name] === pinned.get(name)),
  version: ({ packages }) => `xllamacpp ${packages.xllamacpp}`,
  newestPython: 13,
  locks: [lock],
  async fill({ say, install }) {
    say(`Installing ${names.map((name) => `${name}==${pinned.get(name)}`).join(", ")}`);
    await install("install its packages", lock);
  },
};

const script = `
import json
from importlib.metadata import version
import gguf, xllamacpp
print("\\n" + json.dumps({"packages": {name: version(name) for name in ${JSON.stringify(names)}}}))
`;

/** What the bench keeps from one run to the next: OV_BENCH_DIR, else a folder of the user's cache. */
export function benchDir(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return process.env.OV_BENCH_DIR || join(cache, "ov-llm-bench");
}

/** A Python with llama.cpp and a writer of .gguf files, which is installed where it is absent. */
export async function prepareBenchPython(say: (line: string) => void): Promise<string> {
  const dir = join(benchDir(), "python");
  await installPythonEnv(plan, dir, { onProgress: say });
  return toPython(dir);
}
