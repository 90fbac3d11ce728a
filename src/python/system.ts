import { existsSync } from "node:fs";
import { join } from "node:path";
import { OvError } from "../errors.ts";
import type { Variables } from "../linux/program.ts";
import type { PythonEnvLabels } from "./probe.ts";

interface SystemOptions {
  onProgress: (line: string) => void;
  variables?: Variables | undefined;
  root?: string | undefined;
}

const loaders = ["lib64/ld-linux-x86-64.so.2", "lib/ld-linux-aarch64.so.1"];
const muslLoaders = ["lib/ld-musl-x86_64.so.1", "lib/ld-musl-aarch64.so.1"];

/**
 * Refuses, before anything is fetched, a system on which no package of a Python environment would run; throws `setup_failed`.
 * The packages are built for glibc (Python packaging specifications, "Platform compatibility tags": manylinux).
 */
export function checkSystem(
  labels: PythonEnvLabels,
  { onProgress, variables = {}, root = "/" }: SystemOptions,
): void {
  const has = (path: string) => existsSync(join(root, path));
  const hasGlibc = loaders.some(has);
  const container = "Run ov-llm in a container with Debian (docs/container.md), or on another system.";
  if (muslLoaders.some(has) && !hasGlibc) {
    throw refuse(
      labels,
      "this system uses the C library musl, and the engine's packages need glibc",
      container,
    );
  }
  if (has("etc/NIXOS") && !variables.NIX_LD) {
    const why =
      "NixOS cannot run programs that were built for other distributions, such as the engine's packages";
    throw refuse(labels, why, `Set \`programs.nix-ld.enable = true;\` and log in again. ${container}`);
  }
  if (has("run/ostree-booted")) {
    onProgress("This system's own folders are read-only: everything is installed in your home folder");
  }
}

function refuse({ what, command }: PythonEnvLabels, why: string, next: string): OvError {
  return new OvError("setup_failed", {
    what: `Cannot set up ${what}`,
    why,
    next: `${next} Then run \`${command}\` again.`,
  });
}
