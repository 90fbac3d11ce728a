import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { installLocked } from "../../src/python/locked-install.ts";
import { toPython } from "../../src/python/probe.ts";
import { setupFailure } from "../helpers/failure.ts";
import { createTempDir } from "../helpers/temp.ts";
import { must } from "../supply/must.ts";

const runtime = process.env.OV_TEST_RUNTIME_DIR;
const temp = createTempDir();

const makeWheel = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/tiny-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("tiny.py", "")
    info = "tiny-1.0.dist-info/"
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "")
`;

test.skipIf(runtime === undefined)(
  "a real pip takes the locked file, and refuses one that is another [needs OV_TEST_RUNTIME_DIR]",
  async () => {
    const python = toPython(runtime ?? "");
    const wheels = mkdtempSync(join(temp, "wheels-"));
    await must([python, "-c", makeWheel, wheels]);
    const wheel = join(wheels, "tiny-1.0-py3-none-any.whl");
    const sha256 = createHash("sha256").update(readFileSync(wheel)).digest("hex");
    const target = join(temp, "target");
    const install = (hash: string) =>
      installLocked(
        { name: "tiny", text: `tiny==1.0 \\\n    --hash=sha256:${hash}\n` },
        {
          program: { kind: "pip" },
          python,
          scrapDir: temp,
          options: ["--target", target],
          what: "Cannot set up the engine",
          command: "ov-llm setup",
          variables: {
            ...process.env,
            PIP_CONFIG_FILE: "/dev/null",
            PIP_NO_INDEX: "1",
            PIP_FIND_LINKS: wheels,
          },
        },
      );
    const { message } = await setupFailure(install("0".repeat(64)));
    expect(message).toContain(
      `fetched for tiny==1.0 is not the one that ov-llm was made with: its sha256, ${sha256},`,
    );
    expect(existsSync(target)).toBe(false);
    expect(await install(sha256)).toMatchObject({ reason: null });
    expect(existsSync(join(target, "tiny.py"))).toBe(true);
  },
  180_000,
);
