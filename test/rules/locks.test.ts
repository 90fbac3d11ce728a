import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { nativePackages } from "../../src/engine/kinds/native/find.ts";
import { parseLock } from "../../src/python/lock.ts";
import { environments } from "../supply/environments.ts";
import { root } from "../supply/text.ts";

const read = (path: string) => Bun.file(join(root, path)).text();
// PyPI's names are compared so (Python packaging specifications, "Names and normalization").
const normalize = (name: string) => name.toLowerCase().replace(/[-_.]+/g, "-");

describe.each(environments.map((environment) => [environment.lock, environment] as const))(
  "%s",
  (lock, environment) => {
    test("holds what is asked for, every file with its hash, and names no registry", async () => {
      const text = await read(lock);
      const packages = parseLock(text);
      const { only, leftOut } = environment;
      const asked = environment.requirements.filter((requirement) => {
        const name = normalize(requirement.split(/[[=]/)[0] ?? "");
        return leftOut?.test(name) !== true && (only === undefined || only.test(name));
      });
      const pins = packages.map(({ name, version }) => `${normalize(name)}==${version}`);
      for (const requirement of asked) {
        const [name = "", version = ""] = requirement.split("==");
        expect(pins).toContain(`${normalize(name)}==${version}`);
      }
      expect(packages.filter(({ sha256 }) => sha256.length === 0)).toEqual([]);
      expect(packages.filter(({ name }) => leftOut?.test(name))).toEqual([]);
      expect(text).not.toMatch(/:\/\/|--index|--find-links/);
    });
  },
);

test("the native engine's packages are locked in the pinned versions, with no registry named", async () => {
  const lock = await read("src/engine/kinds/native/packages-lock.txt");
  for (const [name, version] of Object.entries(nativePackages)) {
    expect(lock).toContain(`"${name}": "${version}"`);
    expect(lock).toMatch(new RegExp(`\\["${name}@${version}", "", .*"sha512-`));
  }
  expect(lock).not.toContain("://");
});

test.each(["bun_package_sha512_x64", "bun_package_sha512_aarch64", "bun_sha256_x64", "bun_sha256_aarch64"])(
  "install.sh has a whole %s",
  async (name) => {
    const digits = name.includes("sha512") ? 128 : 64;
    expect(await read("install.sh")).toMatch(new RegExp(`^${name}=[0-9a-f]{${digits}}$`, "m"));
  },
);
