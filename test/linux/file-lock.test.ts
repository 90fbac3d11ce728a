import { expect, test } from "bun:test";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { withFileLock } from "../../src/linux/file-lock.ts";
import { setupDir, withSetupLock } from "../../src/linux/setup-lock.ts";
import { createTempDir } from "../helpers/temp.ts";

const temp = createTempDir();
const labels = { what: "it", setting: "OV_X" } as const;
const locked = () => new Error("locked");

test("a lock has one holder, and its file stays", async () => {
  const path = join(temp, "lock");
  await withFileLock(
    path,
    () => expect(withFileLock(path, () => {}, { waitMs: 0, locked })).rejects.toThrow("locked"),
    {
      waitMs: 0,
      locked,
    },
  );
  expect(existsSync(path)).toBe(true);
});

test("what this process stood still is no part of the wait for a lock", async () => {
  const path = join(temp, "still");
  const held = Promise.withResolvers<void>();
  const holding = withFileLock(path, () => held.promise, { waitMs: 0, locked });
  const waiting = withFileLock(path, () => "held", { waitMs: 100, locked });
  await Bun.sleep(0);
  Bun.sleepSync(400);
  // Due behind the look that comes late.
  setTimeout(held.resolve, 1);
  expect(await waiting).toBe("held");
  await holding;
});

test("those who wait for a lock that goes with its file hold it one after the other", async () => {
  const path = join(temp, "a/lock");
  let holders = 0;
  const hold = async () => {
    expect(++holders).toBe(1);
    expect(existsSync(path)).toBe(true);
    await Bun.sleep(1);
    holders--;
  };
  const options = { waitMs: 60_000, locked, removes: true };
  await Promise.all(Array.from({ length: 5 }, () => withFileLock(path, hold, options)));
  expect([holders, existsSync(path), existsSync(dirname(path))]).toEqual([0, false, true]);
});

test("a folder that others remove whenever it is empty is made again", async () => {
  const path = join(temp, "b/lock");
  // With pauses: against one that does nothing else, nobody keeps a folder.
  const folder = JSON.stringify(dirname(path));
  const remove = `console.log("removing"); for (;;) { for (let turn = 0; turn < 200; turn++) try { require("node:fs").rmdirSync(${folder}) } catch {} Bun.sleepSync(5) }`;
  const child = Bun.spawn([process.execPath, "-e", remove], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    await child.stdout.getReader().read();
    let held = 0;
    const options = { waitMs: 0, locked, removes: true };
    for (let turn = 0; turn < 500; turn++) await withFileLock(path, () => held++, options);
    expect([held, child.exitCode]).toEqual([500, null]);
  } finally {
    child.kill();
    await child.exited;
  }
});

test("a lock in a folder that cannot be made fails with the reason", async () => {
  writeFileSync(join(temp, "file"), "");
  symlinkSync(join(temp, "missing/lock"), join(temp, "dangling"));
  const options = { waitMs: 0, locked, removes: true };
  await expect(withFileLock(join(temp, "file/lock"), () => {}, options)).rejects.toThrow(/ENOTDIR|EEXIST/);
  await expect(withFileLock(join(temp, "dangling"), () => {}, options)).rejects.toThrow("ENOENT");
});

test("a set-up leaves nothing beside its folder, whether it fails or not", async () => {
  const place = join(temp, "place");
  const dir = setupDir(place);
  mkdirSync(join(dir, "of one that was killed"), { recursive: true });
  await withSetupLock(place, labels, async (scrap) => writeFileSync(join(scrap, "part"), ""));
  expect(existsSync(dir)).toBe(false);
  const failing = withSetupLock(place, labels, async (scrap) => {
    writeFileSync(join(scrap, "part"), "");
    await expect(withSetupLock(place, labels, async () => {})).rejects.toThrow(
      "Another set-up of it is running",
    );
    expect(existsSync(join(scrap, "part"))).toBe(true);
    throw new Error("failed");
  });
  await expect(failing).rejects.toThrow("failed");
  expect(existsSync(dir)).toBe(false);
});
