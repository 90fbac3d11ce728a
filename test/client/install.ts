import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Packages {
  source: "npm" | "pip";
  /** Pinned. */
  packages: readonly string[];
}

/** Installs the packages into the folder, unless they are there; why they cannot be, as the end of what pip or npm printed, or null. */
export async function bringPackages(folder: string, { source, packages }: Packages): Promise<string | null> {
  const marker = join(folder, "complete");
  const wanted = packages.join("\n");
  if (existsSync(marker) && (await Bun.file(marker).text()) === wanted) return null;
  console.log(`▸ ${packages.join(", ")}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const failed = source === "npm" ? installNpm(folder, packages) : installPython(folder, packages);
  if (failed === null) writeFileSync(marker, wanted);
  return failed;
}

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
export function install(argv: readonly string[], cwd: string): string | null {
  const { exitCode, stderr } = Bun.spawnSync([...argv], {
    cwd,
    env: { ...process.env, HF_HUB_OFFLINE: "1" },
  });
  return exitCode === 0 ? null : stderr.toString().trim().slice(-300);
}
