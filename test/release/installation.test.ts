import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findInstallation, parseSource } from "../../src/release/installation.ts";
import { findPrevious, requireScript, toReleaseUrl, withUpgradeLock } from "../../src/release/upgrade.ts";
import { createTempDir } from "../helpers/temp.ts";

const temp = createTempDir();

/** An executable in a folder with these files; returns a link to it. */
function place(files: Record<string, string>): { folder: string; link: string } {
  const folder = mkdtempSync(join(temp, "lib-"));
  for (const [name, text] of Object.entries({ "ov-llm": "", ...files }))
    writeFileSync(join(folder, name), text);
  symlinkSync(join(folder, "ov-llm"), join(folder, "link"));
  return { folder, link: join(folder, "link") };
}

test.each<[string, ReturnType<typeof parseSource>]>([
  ["checkout /home/me/my checkout\n", { kind: "checkout", folder: "/home/me/my checkout" }],
  ["release https://box.example/ov-llm\n", { kind: "release", url: "https://box.example/ov-llm" }],
  ["release\n", { kind: "release", url: null }],
  ["", { kind: "release", url: null }],
])("%j is where a version came from", (text, expected) => {
  expect(parseSource(text)).toEqual(expected);
});

test("install.sh's folder is found behind the link on PATH", () => {
  const { folder, link } = place({ source: "release\n", "install.sh": "" });
  const source = { kind: "release", url: null } as const;
  expect(findInstallation(link, true)).toEqual({ kind: "script", folder, source });
});

test.each([
  ["from its sources", () => findInstallation("/usr/bin/bun", false), "Run `git pull` there."],
  [
    "by a package",
    () => findInstallation("/usr/bin/env", true),
    "sudo apt install ./ov-llm_VERSION_ARCH.deb",
  ],
  ["by hand", () => findInstallation(place({}).link, true), "Install with install.sh"],
])("an ov-llm that runs or was installed %s is told what to do instead", (_, find, next) => {
  expect(() => requireScript(find())).toThrow(next);
});

test("a release is looked for where the setting says, else where this one came from", () => {
  const script = (source: ReturnType<typeof parseSource>) =>
    ({ kind: "script", folder: "/lib", source }) as const;
  const release = script({ kind: "release", url: "https://box.example" });
  expect(toReleaseUrl(release, null)).toBe("https://box.example");
  expect(toReleaseUrl(release, "https://other.example")).toBe("https://other.example");
  const checkout = script({ kind: "checkout", folder: "/src/ov llm" });
  expect(() => toReleaseUrl(checkout, null)).toThrow("git -C '/src/ov llm' pull && '/src/ov llm/install.sh'");
  expect(() => toReleaseUrl(script({ kind: "release", url: null }), null)).toThrow(
    "Name it with --release-url",
  );
});

test("the previous version is found where it is kept", () => {
  const { folder } = place({});
  expect(() => findPrevious(folder)).toThrow("no previous version is kept");
  mkdirSync(join(folder, "previous"));
  writeFileSync(join(folder, "previous/install.sh"), "");
  expect(findPrevious(folder)).toBe(join(folder, "previous/install.sh"));
});

test("one upgrade runs at a time", async () => {
  const { folder } = place({});
  const nested = withUpgradeLock(folder, () => withUpgradeLock(folder, async () => 1));
  await expect(nested).rejects.toThrow("Another upgrade of this ov-llm is running");
  expect(await withUpgradeLock(folder, async () => 2)).toBe(2);
});

test("a folder that this user must not write to is not upgraded", async () => {
  const upgraded = withUpgradeLock(join(temp, "none"), async () => 1);
  await expect(upgraded).rejects.toThrow("Run it as the user who installed ov-llm.");
});
