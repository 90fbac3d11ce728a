import { describe, expect, test } from "bun:test";
import { createMismatchReader } from "../../src/python/hash-mismatch.ts";
import { parseLock, toLockStamp } from "../../src/python/lock.ts";

const one = "a".repeat(64);
const two = "b".repeat(64);
const text = `# Written by hand
numpy==2.2.6 ; python_full_version == '3.10.*' \\
    --hash=sha256:${one} \\
    --hash=sha256:${two}
torch==2.13.0+cpu --hash=sha256:${one}
pip==26.3 \\
    --hash=sha256:${two}
`;

test("a lock file is read as packages with their versions, conditions and hashes", () => {
  expect(parseLock(text)).toEqual([
    { name: "numpy", version: "2.2.6", marker: "python_full_version == '3.10.*'", sha256: [one, two] },
    { name: "torch", version: "2.13.0+cpu", sha256: [] },
    { name: "pip", version: "26.3", sha256: [two] },
  ]);
});

describe("the stamp of locks", () => {
  const stamp = (content: string) => toLockStamp([{ name: "a", text: content }]);

  test.each([
    ["a version", text.replace("26.3", "26.4"), false],
    ["a package", `${text}uv==0.13.9\n`, false],
    ["a condition", text.replace("3.10", "3.11"), false],
    ["another file of a version", text.replace(two, "c".repeat(64)), true],
    ["a comment", text.replace("hand", "machine"), true],
  ])("after a change of %s", (_, changed, isSame) => {
    expect(stamp(changed) === stamp(text)).toBe(isSame);
  });
});

describe("a file that is not the locked one", () => {
  const read = (output: string) => {
    const reader = createMismatchReader();
    for (const line of output.split("\n")) reader.see(line);
    return reader.found();
  };

  test.each([
    [
      "pip",
      `Collecting numpy==2.4.6 (from -r a.txt (line 1))
ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated
    numpy==2.4.6 from https://index.test/numpy-2.4.6.whl#sha256=${two} (from -r a.txt (line 1)):
        Expected sha256 ${one}
             Got        ${two}`,
      { requirement: "numpy==2.4.6", sha256: two },
    ],
    [
      "uv",
      `error: Failed to download \`numpy==2.4.6\`
  cause: Hash mismatch for \`numpy==2.4.6\`

         Expected:
           sha256:${one}

         Computed:
           sha256:${two}`,
      { requirement: "numpy==2.4.6", sha256: two },
    ],
    ["an unknown release of pip", "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", {}],
    ["another failure", "ERROR: No space left on device", null],
  ])("is found in the output of %s", (_, output, expected) => {
    expect(read(output)).toEqual(expected);
  });
});
