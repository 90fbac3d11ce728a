import { describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { which } from "../../src/python/find.ts";
import { repo } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

const analyze = which("systemd-analyze", process.env);
const name = "ov-server.service";
const hardening = "docs/ov-server-hardening.conf";

/** What systemd-analyze says about the unit, with the program replaced by one that is there. */
async function run(command: string[], dropIn: boolean): Promise<{ code: number; said: string }> {
  const folder = createTempDir();
  const unit = readFileSync(join(repo, name), "utf8").replace("%h/.local/bin/ov-llm", "/bin/true");
  writeFileSync(join(folder, name), unit);
  if (dropIn) {
    mkdirSync(join(folder, `${name}.d`));
    copyFileSync(join(repo, hardening), join(folder, `${name}.d`, "hardening.conf"));
  }
  const child = Bun.spawn([analyze ?? "", ...command, "--user", join(folder, name)], {
    env: { ...process.env, XDG_RUNTIME_DIR: folder, SYSTEMD_UNIT_PATH: `${folder}:` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = (await child.stdout.text()) + (await child.stderr.text());
  return { code: await child.exited, said };
}

describe.skipIf(analyze === null)("ov-server.service (needs systemd-analyze)", () => {
  test.each([false, true])(
    "is what systemd understands; with docs/ov-server-hardening.conf: %p",
    async (dropIn) => {
      // Each unknown key is a line here.
      expect(await run(["verify"], dropIn)).toEqual({ code: 0, said: "" });
    },
  );

  test.each([
    [false, 7],
    [true, 6],
  ])("is no more exposed than it was made; with the drop-in (%p): %d", async (dropIn, most) => {
    const { said } = await run(["security", "--offline=true"], dropIn);
    expect(Number(/exposure level for \S+: ([\d.]+)/.exec(said)?.[1])).toBeLessThan(most);
  });
});
