import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { readThrottleCount } from "../../src/doctor/read/cpu.ts";
import { createRoot } from "../../src/doctor/read/files.ts";
import { type MachineSource, readMachine } from "../../src/doctor/read/machine.ts";
import type { Subject } from "../../src/doctor/subject.ts";
import { DeviceFacts } from "../../src/engine/kinds/batching/devices.ts";
import { createTempDir } from "../helpers/temp.ts";

const names = Type.Array(Type.String());
const EngineReport = Type.Object({
  name: Type.Union([Type.Literal("batching"), Type.Literal("native")]),
  state: Type.Union([Type.Literal("ready"), Type.Literal("missing"), Type.Literal("broken")]),
  reason: Type.Union([Type.String(), Type.Null()]),
  versions: Type.Record(Type.String(), Type.String()),
  devices: names,
  deviceNames: Type.Record(Type.String(), Type.String()),
});

/** A machine: files and links below its root, what this user may not open, and OpenVINO's answers. */
const Description = Type.Object({
  about: Type.String(),
  files: Type.Record(Type.String(), Type.String()),
  links: Type.Record(Type.String(), Type.String()),
  gids: Type.Record(Type.String(), Type.Integer()),
  closed: names,
  user: Type.Object({ name: Type.String(), gids: Type.Array(Type.Integer()) }),
  engines: Type.Array(EngineReport),
  devices: Type.Array(DeviceFacts),
});
export type Description = Static<typeof Description>;

export function describe(name: "mac-mini" | "meteor-lake" | "vm" | "amx-xeon"): Description {
  const path = join(import.meta.dir, "../fixtures/machines", `${name}.json`);
  return Value.Decode(Description, JSON.parse(readFileSync(path, "utf8")));
}

/** Its files in a folder of their own. */
function layOut({ files, links, gids, closed, user }: Description): MachineSource {
  const root = createTempDir();
  const put = (path: string, write: (path: string) => void) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    write(join(root, path));
  };
  for (const [path, text] of Object.entries(files)) put(path, (file) => writeFileSync(file, text));
  for (const [path, target] of Object.entries(links)) put(path, (link) => symlinkSync(target, link));
  const describeNode = (path: string) => ({ gid: gids[path] ?? 0, isOpen: !closed.includes(path) });
  return { root, user, describeNode };
}

/** What the checks judge of it, on a box where all else is well. */
export function toSubject(description: Description, changes: Partial<Subject> = {}): Subject {
  const source = layOut(description);
  const model = { path: "/models/m", task: "text-generation-with-past", weight_format: "int4" };
  return {
    machine: readMachine(source, readThrottleCount(createRoot(source.root))),
    settings: { device: "AUTO", engine: "auto", runtimeDir: "/runtime" },
    engines: description.engines,
    devices: description.devices,
    server: { state: "answers", url: "http://127.0.0.1:9000", version: "1", reason: null, loaded: [] },
    service: { problem: null, active: "active", enabled: true, pid: 7 },
    hub: { state: "asked", endpoint: "https://hub.example", problem: null },
    registry: {
      path: "/r.json",
      problems: [],
      models: [{ name: "m", entry: model, size: 2 ** 31, problem: null }],
    },
    disks: [{ purpose: "models", path: "/models", free: 2 ** 37 }],
    ...changes,
  };
}
