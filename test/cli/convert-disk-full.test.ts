import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { makeConvertHome, makeModel } from "../convert/fake-models.ts";
import { createTempDir } from "../helpers/temp.ts";
import { runCli } from "./run-cli.ts";

const disk = join(createTempDir(), "disk");

/** A disk of 80 MB, where this user may make one: root, and not in every container. */
function mountSmallDisk(): boolean {
  mkdirSync(disk);
  return Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", disk]).exitCode === 0;
}

const isMounted = mountSmallDisk();

test.skipIf(!isMounted)(
  "a disk that gets full amid the export loses nothing [needs the right to mount]",
  async () => {
    try {
      const place = makeConvertHome(createTempDir());
      const home = { ...place, env: { ...place.env, OV_MODEL_OUT: disk } };
      makeModel(join(place.src, "m"), { behaviour: "bytes 100000000" });
      const { code, err } = await runCli(["convert", "--yes"], home);
      expect([code, err]).toEqual([1, expect.stringMatching(/Cannot convert "m".*(disk|space)/i)]);
      expect([existsSync(join(place.src, "m")), place.models()]).toEqual([true, {}]);
      expect(readdirSync(disk).filter((name) => !name.startsWith("."))).toEqual([]);
    } finally {
      Bun.spawnSync(["umount", disk]);
    }
  },
);
