/**
 * `bun run test:clients`: coding agents and other programs, the very ones that people install, against the server. Brings them into
 * the cache of `npm test`, whose other parts it needs; one that does not install is named and skipped. Words after it go to `bun test`.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bringPackages, install } from "./client/install.ts";
import { clientsDir, programDir, programs } from "./client/programs.ts";
import { convertEnv, hfModelPath } from "./helpers/environment.ts";

const positions = "65536";

for (const program of programs) {
  const failed = await bringPackages(programDir(program.name), program);
  if (failed !== null) console.log(`skipped: ${program.name} cannot be installed: ${failed}`);
}
const model = join(clientsDir(), "model");
if (!existsSync(join(model, "openvino_model.bin"))) {
  console.log("▸ A model that writes a script, with room for the prompts of agents");
  const script = join(import.meta.dir, "helpers/make_scripted_model.py");
  const failed = install([join(convertEnv(), "bin/python"), script, hfModelPath(), model, positions], ".");
  if (failed !== null) throw new Error(failed);
}
const child = Bun.spawn(
  [process.execPath, "test", "test/client/programs.test.ts", ...process.argv.slice(2)],
  {
    env: { ...process.env, OV_TEST_CLIENTS: clientsDir() },
    stdio: ["inherit", "inherit", "inherit"],
  },
);
process.exit(await child.exited);
