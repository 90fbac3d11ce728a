import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { findPrevious } from "../../src/release/upgrade.ts";
import { writeScript } from "../engine/kinds/batching/fake-python.ts";
import { repo } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { createHomes, type InstallHome } from "./home.ts";

setDefaultTimeout(180_000);
const temp = createTempDir();
const createHome = createHomes(temp);
const small = ["ov-server.service", "LICENSE", "THIRD_PARTY_LICENSES.txt"];
/** What install.sh does to files, in programs of their own. */
const steps = ["ln", "mv", "rm", "rmdir"];

/** An unpacked release whose executable knows no more than its version. */
function createRelease(version: string, bytes = 0): string {
  const folder = join(temp, `release-${version}-${bytes}`);
  mkdirSync(folder, { recursive: true });
  for (const name of small) writeFileSync(join(folder, name), version);
  // It answers `models --json`, so that no starter model is fetched.
  const program = `#!/bin/sh
    case "$1" in --version) echo ${version} ;; models) echo '{"models":[{}]}' ;; esac
    exit 0\n`;
  writeFileSync(join(folder, "ov-llm"), program + "#".repeat(bytes));
  chmodSync(join(folder, "ov-llm"), 0o755);
  cpSync(join(repo, "install.sh"), join(folder, "install.sh"));
  writeFileSync(join(folder, "source"), `release http://127.0.0.1:9/${version}\n`);
  return folder;
}

/** Programs that kill install.sh with SIGKILL before the step of that number, and write down its steps in `done`. */
function killAt({ bin }: InstallHome, step: number): { env: { PATH: string }; done: string } {
  const folder = join(bin, "killing");
  mkdirSync(folder);
  const done = join(folder, "done");
  for (const name of steps) {
    writeScript(
      join(folder, name),
      `case "$*" in *.local/lib/ov-llm*)
        echo "${name} $*" >>'${done}'
        if [ "$(wc -l <'${done}')" -eq ${step} ]; then kill -9 $PPID; exit 1; fi ;;
      esac
      exec '${Bun.which(name)}' "$@"`,
    );
  }
  return { env: { PATH: `${folder}:${bin}:${process.env.PATH}` }, done };
}

interface Installed {
  /** Of the executable. */
  program: string;
  /** Of all files of the version to which a rollback goes. */
  before: string;
}

/** Of which version the files of a folder are; all of one, else what they are. */
function readWhole(folder: string): string {
  const program = Bun.spawnSync([join(folder, "ov-llm"), "--version"])
    .stdout.toString()
    .trim();
  const texts = small.map((name) => readFileSync(join(folder, name), "utf8"));
  const source = readFileSync(join(folder, "source"), "utf8").trim().split("/").at(-1);
  return [...new Set([program, source, ...texts])].join(" and ");
}

function readInstalled({ path }: InstallHome): Installed {
  const lib = path(".local/lib/ov-llm");
  return {
    program: Bun.spawnSync([join(lib, "ov-llm"), "--version"])
      .stdout.toString()
      .trim(),
    before: readWhole(dirname(findPrevious(lib))),
  };
}

/** A wait in install.sh is short here: what it starts ends at once. */
function createQuickHome(): InstallHome {
  const home = createHome();
  writeScript(join(home.bin, "sleep"), `exec '${Bun.which("sleep")}' 0.02`);
  return home;
}

async function install(home: InstallHome, folder: string, env: Record<string, string> = {}) {
  return await home.startCommand(["/bin/bash", join(folder, "install.sh"), "--no-serve"], env).end();
}

/** A home with version 2, of so many bytes more, in place and version 1 before it. */
async function createInstalled(bytes = 0): Promise<InstallHome> {
  const home = createQuickHome();
  for (const folder of [createRelease("1.0.0"), createRelease("2.0.0", bytes)])
    expect((await install(home, folder)).code).toBe(0);
  return home;
}

function expectClean(home: InstallHome, now: string, before: string): void {
  const lib = home.path(".local/lib/ov-llm");
  expect([readWhole(lib), readWhole(join(lib, "previous"))]).toEqual([now, before]);
  expect(readdirSync(lib).filter((name) => /^\.(new|old|next)/.test(name))).toEqual([]);
  expect(readdirSync(lib).filter((name) => name.startsWith(".kept"))).toHaveLength(1);
}

describe("an upgrade that is killed", () => {
  test("before any step leaves a version that runs and one to go back to; the next run completes it", async () => {
    const newest = createRelease("3.0.0");
    const first = await createInstalled();
    const copyFirst = () => {
      const home = createQuickHome();
      cpSync(first.path(".local"), home.path(".local"), { recursive: true, verbatimSymlinks: true });
      return home;
    };
    const whole = copyFirst();
    const { env, done } = killAt(whole, 0);
    expect((await install(whole, newest, env)).code).toBe(0);
    expectClean(whole, "3.0.0", "2.0.0");
    const count = readFileSync(done, "utf8").trimEnd().split("\n").length;
    expect(count).toBeGreaterThan(15);

    const seen = new Set<string>();
    const tryStep = async (step: number) => {
      const home = copyFirst();
      await install(home, newest, killAt(home, step).env);
      const { program, before } = readInstalled(home);
      seen.add(`${program} after ${before}`);
      if (program === "3.0.0") {
        expect((await install(home, dirname(findPrevious(home.path(".local/lib/ov-llm"))))).code).toBe(0);
        expectClean(home, "2.0.0", "3.0.0");
      }
      expect((await install(home, newest)).code).toBe(0);
      expectClean(home, "3.0.0", "2.0.0");
    };
    const all = Array.from({ length: count }, (_, at) => at + 1);
    await Promise.all(
      [0, 1, 2, 3].map(async (lane) => {
        for (const step of all.filter((at) => at % 4 === lane)) await tryStep(step);
      }),
    );
    expect([...seen].sort()).toEqual(["2.0.0 after 1.0.0", "3.0.0 after 2.0.0"]);
  });

  test("back to a version of a checkout names the way to upgrade that", async () => {
    const home = await createInstalled();
    const rollback = join(home.path(".local/lib/ov-llm"), "previous");
    writeFileSync(join(rollback, "source"), "checkout /srv/ov-llm\n");
    const { out } = await install(home, rollback);
    expect(out).toContain("\n  Upgrade        git -C '/srv/ov-llm' pull && '/srv/ov-llm/install.sh'\n");
  });

  test("on the way back goes back when it is asked again", async () => {
    const home = await createInstalled();
    const rollback = join(home.path(".local/lib/ov-llm"), "previous");
    await install(home, rollback, killAt(home, 13).env);
    expect(readInstalled(home)).toEqual({ program: "2.0.0", before: "1.0.0" });
    expect(existsSync(home.path(".local/lib/ov-llm/.next"))).toBe(true);
    expect((await install(home, rollback)).code).toBe(0);
    expectClean(home, "1.0.0", "2.0.0");
  });
});

/** Mounts need a user namespace, or root. */
const canMount = Bun.spawnSync(["unshare", "-rm", "true"]).success;

describe.skipIf(!canMount)("a full disk [needs unshare -rm]", () => {
  test.each([
    ["while the new version is written", "800k", 0, "new version could not be written"],
    ["while the version before is kept", "3000k", 1_000_000, "previous version could not be kept"],
  ])("%s leaves all as it was, and reports it", async (_, size, bytes, said) => {
    const home = await createInstalled(bytes);
    // It looks large, and links are refused, as on a file system without them.
    writeScript(join(home.bin, "df"), "echo Filesystem; echo /dev/x 9 9 9999999 9% /");
    writeScript(join(home.bin, "ln"), `case "$1" in -s*) exec '${Bun.which("ln")}' "$@" ;; esac; exit 1`);
    const lib = home.path(".local/lib/ov-llm");
    const script = `set -e
      cp -a '${lib}' '${lib}.was'; mount -t tmpfs -o size=${size} none '${lib}'; cp -a '${lib}.was'/. '${lib}'
      set +e; bash '${createRelease("3.0.0", 1_000_000)}/install.sh' --no-serve; code=$?
      cp -a '${lib}'/. '${lib}.now'; exit $code`;
    mkdirSync(`${lib}.now`);
    const { code, out } = await home.startCommand(["unshare", "-rm", "bash", "-c", script]).end();
    expect(out).toContain(`install.sh: the ${said}`);
    expect(out).toContain("check the free disk space there");
    expect([code, readWhole(`${lib}.now`), readWhole(`${lib}.now/previous`)]).toEqual([1, "2.0.0", "1.0.0"]);
  });
});

test("the address of a release is kept without its password, and says where to put it", async () => {
  const home = createQuickHome();
  const folder = createRelease("1.0.0");
  const source = "http://me:secret@127.0.0.1:9/x";
  const read = () => readFileSync(home.path(".local/lib/ov-llm/source"), "utf8");
  writeFileSync(join(folder, "source"), `release ${source}\n`);
  const kept = await install(home, folder);
  expect([kept.code, read()]).toEqual([0, "release http://127.0.0.1:9/x\n"]);
  rmSync(join(folder, "source"));
  const { code, out } = await install(home, folder, { INSTALL_SOURCE: `${source}/y` });
  expect([code, read()]).toEqual([0, "release http://127.0.0.1:9/x/y\n"]);
  expect(out).toContain(
    "kept without its password; for `ov-llm upgrade`, set OV_RELEASE_URL to the whole address in ",
  );
  expect(kept.out + out).not.toContain("secret");
});

test("--uninstall names what it keeps, and leaves no part", async () => {
  const home = await createInstalled();
  for (const kept of ["model", ".local/state/ov-llm"]) mkdirSync(home.path(kept), { recursive: true });
  const script = home.path(".local/lib/ov-llm/install.sh");
  const { code, out } = await home
    .startCommand(["/bin/bash", script, "--uninstall"], { XDG_STATE_HOME: "" })
    .end();
  expect([code, existsSync(home.path(".local/lib/ov-llm"))]).toEqual([0, false]);
  for (const kept of ["model", ".local/state/ov-llm", ".config/ov-llm-server/ov-server.env"])
    expect(out).toMatch(new RegExp(`^Kept .*: ${home.path(kept)}$`, "m"));
});

test.each([
  ["is killed", "kill -9 $PPID", ""],
  ["may not remove a file", "exit 1", "bun and what else install.sh had fetched could not be removed: "],
])("--uninstall that %s can be run again", async (_, what, said) => {
  const home = await createInstalled();
  const share = home.path(".local/share/ov-llm");
  mkdirSync(join(share, "convert"), { recursive: true });
  mkdirSync(home.path(".cache/ov-llm"), { recursive: true });
  const script = home.path(".local/lib/ov-llm/install.sh");
  const killing = join(home.bin, "killing");
  mkdirSync(killing);
  writeScript(
    join(killing, "rm"),
    `case "$*" in *.local/share/ov-llm) ${what} ;; esac; exec '${Bun.which("rm")}' "$@"`,
  );
  const command = ["/bin/bash", script, "--uninstall"];
  const PATH = `${killing}:${home.bin}:${process.env.PATH}`;
  const { code, out } = await home.startCommand(command, { PATH }).end();
  expect([code === 0, out, existsSync(script)]).toEqual([false, expect.stringContaining(said), true]);
  expect((await home.startCommand(command).end()).code).toBe(0);
  for (const path of [".local/lib/ov-llm", ".local/share/ov-llm", ".cache/ov-llm", ".local/bin/ov-llm"])
    expect(existsSync(home.path(path))).toBe(false);
});
