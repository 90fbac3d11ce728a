/** `bun run exporter`: writes what the exporter in OV_TEST_CONVERT_ENV declares of the models that it knows. */
import { join } from "node:path";
import { root } from "./text.ts";

export const exporterTypesFile = join(root, "src/convert/environment/exporter-types.json");

/** One model type a line. Throws when the environment has no exporter. */
export function readExporterTypes(pythonEnv: string): string {
  const script = join(import.meta.dir, "exporter_types.py");
  const run = Bun.spawnSync([join(pythonEnv, "bin/python"), "-I", script], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (run.exitCode !== 0) throw new Error(run.stderr.toString());
  const types: Record<string, unknown> = JSON.parse(run.stdout.toString());
  const lines = Object.entries(types).map(
    ([type, tasks]) => `  ${JSON.stringify(type)}: ${JSON.stringify(tasks)}`,
  );
  return `{\n${lines.join(",\n")}\n}\n`;
}

if (import.meta.main) {
  await Bun.write(exporterTypesFile, readExporterTypes(process.env.OV_TEST_CONVERT_ENV ?? ""));
}
