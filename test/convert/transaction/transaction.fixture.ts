// A conversion in a process of its own that a test can kill: `bun transaction.fixture.ts <json>`. First `recover`, then, where
// the source still lies at its place, a conversion. Prints each step; at `dieAt` it kills itself.
import { existsSync, mkdirSync, writeFileSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { toTarget } from "../../../src/convert/plan/plan.ts";
import { convertFolder, recover, type Step } from "../../../src/convert/transaction/transaction.ts";

const options: {
  source: string;
  og: string;
  out: string;
  registryPath: string;
  overwrite: boolean;
  dieAt: string | null;
  content: string;
} = JSON.parse(process.argv[2] ?? "");

function onStep(step: Step): void {
  writeSync(1, `${step}\n`);
  if (step === options.dieAt) process.kill(process.pid, "SIGKILL");
}

const { source, og, out, registryPath, overwrite, content } = options;
const trusted = { keyPath: join(dirname(out), "state/journal.key"), modelSrc: dirname(source), modelOg: og };
const transaction = { registryPath, trusted, onStep };
await recover(out, transaction);
if (existsSync(source)) {
  const task = "text-generation-with-past";
  const manifest = {
    name: "m",
    source_path: source,
    original_path: join(og, basename(source)),
    converted_path: toTarget(out, "m", task, "int8"),
    task,
    weight_format: "int8",
    converted_at: new Date().toISOString(),
  };
  const work = {
    async exportInto(folder: string) {
      mkdirSync(folder);
      writeFileSync(join(folder, "openvino_model.xml"), content);
    },
    check: async () => ({}),
  };
  await convertFolder(manifest, overwrite, work, transaction);
}
