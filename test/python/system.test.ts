import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runtimeLabels } from "../../src/engine/kinds/batching/probe.ts";
import { checkSystem } from "../../src/python/system.ts";
import { thrownBy } from "../helpers/failure.ts";
import { createTempDir } from "../helpers/temp.ts";

const temp = createTempDir();

function check(files: string[], variables = {}): string[] {
  const root = mkdtempSync(join(temp, "root-"));
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), "");
  }
  const lines: string[] = [];
  checkSystem(runtimeLabels, { root, variables, onProgress: (line) => lines.push(line) });
  return lines;
}

const glibc = "lib64/ld-linux-x86-64.so.2";
const musl = "lib/ld-musl-x86_64.so.1";

test("a system with glibc passes, also with musl beside it", () => {
  expect(check([glibc])).toEqual([]);
  expect(check([glibc, musl])).toEqual([]);
  expect(check(["lib/ld-linux-aarch64.so.1"])).toEqual([]);
});

test("a system with musl alone is refused by name", () => {
  const { code, message } = thrownBy(() => check([musl]));
  expect(code).toBe("setup_failed");
  expect(message).toContain("musl");
  expect(message).toContain("in a container with Debian");
});

test("NixOS is refused unless it starts programs of others", () => {
  expect(thrownBy(() => check([glibc, "etc/NIXOS"])).message).toContain("programs.nix-ld.enable = true");
  expect(check([glibc, "etc/NIXOS"], { NIX_LD: "/run/ld" })).toEqual([]);
});

test("a system whose own folders cannot be changed goes on, with a word", () => {
  expect(check([glibc, "run/ostree-booted"]).join()).toContain("your home folder");
});
