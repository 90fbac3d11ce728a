import { describe, expect, test } from "bun:test";
import { renderLock } from "./locks.ts";

describe("a lock file is made of uv's pylock.toml", () => {
  const file = (name: string, digit: string) =>
    `{ url = "https://files.test/${name}", hashes = { sha256 = "${digit.repeat(64)}" } }`;
  const machines =
    "((platform_machine == 'aarch64' and sys_platform == 'linux') or (platform_machine == 'x86_64' and sys_platform == 'linux'))";
  const pylock = (marker: string, ...wheels: string[]) => `lock-version = "1.0"
[[packages]]
name = "a"
version = "1.2"
marker = "${marker}"
sdist = ${file("a-1.2.tar.gz", "5")}
wheels = [${wheels.join(", ")}]
`;
  const always = `python_full_version >= '3.10' and python_full_version < '3.14' and ${machines}`;
  const environment = { lock: "a.txt", requirements: ["a==1.2"] };

  test("with the wheels for our machines and Pythons alone", () => {
    const wheels = [
      file("a-1.2-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "4"),
      file("a-1.2-cp39-abi3-manylinux_2_28_aarch64.whl", "3"),
      file("a-1.2-py3-none-any.whl", "2"),
      file("a-1.2-cp314-cp314-manylinux_2_28_x86_64.whl", "6"),
      file("a-1.2-cp313-cp313t-manylinux_2_28_x86_64.whl", "7"),
      file("a-1.2-cp312-cp312-musllinux_1_2_x86_64.whl", "8"),
      file("a-1.2-cp312-cp312-macosx_11_0_arm64.whl", "9"),
    ];
    const hashes = ["2", "3", "4"].map((digit) => `    --hash=sha256:${digit.repeat(64)}`);
    expect(renderLock(environment, pylock(always, ...wheels))).toBe(
      `# Written by \`bun run locks\`; do not edit.\n${["a==1.2", ...hashes].join(" \\\n")}\n`,
    );
  });

  test.each([
    [`python_full_version == '3.10.*' and ${machines}`, "a==1.2 ; python_full_version == '3.10.*'"],
    [
      "python_full_version >= '3.12' and python_full_version < '3.14' and platform_machine == 'x86_64'",
      "a==1.2 ; python_full_version >= '3.12' and platform_machine == 'x86_64'",
    ],
  ])("with the condition of %s", (marker, head) => {
    const text = renderLock(environment, pylock(marker, file("a-1.2-py3-none-any.whl", "2")));
    expect(text.split("\n")[1]).toBe(`${head} \\`);
  });

  test("with the source where that is asked for", () => {
    expect(renderLock({ ...environment, fromSource: true }, pylock(always))).toContain("5".repeat(64));
  });

  test("and fails for a package that one of our machines cannot have", () => {
    const wheel = file("a-1.2-cp312-cp312-manylinux_2_28_x86_64.whl", "6");
    const ours = { ...environment, lock: "src/python/locks/a.txt" };
    expect(() => renderLock(ours, pylock(always, wheel))).toThrow("a 1.2 has no file for aarch64");
    const alone = "python_full_version < '3.14' and platform_machine == 'x86_64'";
    expect(renderLock(ours, pylock(alone, wheel))).toContain("a==1.2 ;");
  });

  test("with the newest Python that the environment is for", () => {
    const wheel = file("a-1.2-cp314-cp314-manylinux_2_28_x86_64.manylinux_2_28_aarch64.whl", "6");
    expect(renderLock({ ...environment, newest: "3.14" }, pylock(always, wheel))).toContain("6".repeat(64));
    expect(() => renderLock(environment, pylock(always, wheel))).toThrow("a 1.2 has no file");
  });

  test("and fails for a package that has no file for us", () => {
    expect(() => renderLock(environment, pylock(always))).toThrow("a 1.2 has no file");
  });
});
