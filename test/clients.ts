/**
 * `bun run test:clients`: coding agents and other programs, the very ones that people install, against the server. Brings them into
 * the cache of `npm test`, whose other parts it needs; one that does not install is named and skipped. Words after it go to `bun test`.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clientsDir, programDir, programs } from "./client/programs.ts";
import { convertEnv, hfModelPath } from "./helpers/environment.ts";

const positions = "65536";

for (const { name, source, packages } of programs) {
  const folder = programDir(name);
  const marker = join(folder, "complete");
  const wanted = packages.join("\n");
  if (existsSync(marker) && (await Bun.file(marker).text()) === wanted) continue;
  console.log(`▸ ${packages.join(", ")}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const failed = source === "npm" ? installNpm(folder, packages) : installPython(folder, packages);
  if (failed === null) writeFileSync(marker, wanted);
  else console.log(`skipped: ${name} cannot be installed: ${failed}`);
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

function installNpm(folder: string, packages: readonly string[]): string | null {
  return install(["npm", "install", "--prefix", folder, "--no-fund", "--no-audit", ...packages], folder);
}

function installPython(folder: string, packages: readonly string[]): string | null {
  const pip = [
    join(folder, "bin/python"),
    "-m",
    "pip",
    "install",
    "--disable-pip-version-check",
    "--no-input",
  ];
  return install(["python3", "-m", "venv", folder], folder) ?? install([...pip, ...packages], folder);
}

/** The end of what a failed program printed; null: it succeeded. */
function install(argv: readonly string[], cwd: string): string | null {
  const { exitCode, stderr } = Bun.spawnSync([...argv], {
    cwd,
    env: { ...process.env, HF_HUB_OFFLINE: "1" },
  });
  return exitCode === 0 ? null : stderr.toString().trim().slice(-300);
}
