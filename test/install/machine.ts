import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { which } from "../../src/python/find.ts";
import { modelPath, runtimeDir } from "../helpers/environment.ts";
import { repo } from "../helpers/server.ts";

/** The plain user of the machine, who lingers; the checkout that the user installs from; the small real model. */
export const user = "ov";
export const checkout = "/opt/ov-llm";
export const starter = "/opt/starter.gguf";

const packages = "systemd,systemd-sysv,dbus,libpam-systemd,python3,python3-venv,ca-certificates,curl,procps";
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "ov-llm-test");
const programs = ["debootstrap", "systemd-nspawn", "nsenter", "apt-get"];

export interface Run {
  code: number;
  out: string;
}

/** A booted Debian with systemd as its first process and a network of its own, which has only loopback. */
export interface Machine {
  /** Runs bash as the user, in a session, for at most so many seconds. */
  run(script: string, seconds?: number): Promise<Run>;
  /** The same as root, without a session. */
  runAsRoot(script: string, seconds?: number): Promise<Run>;
  /** As `run`, its output as it comes. */
  stream(script: string, seconds?: number): Bun.Subprocess<"ignore", "pipe", "pipe">;
  /** Copies a file of this machine onto its disk, where everybody may read it. */
  put(path: string, place: string): Promise<void>;
  /** All of its processes are killed at once; then it boots again from the same disk. */
  cutPower(): Promise<void>;
  /** Kills it and removes its disk. */
  dispose(): Promise<void>;
}

/** Why no such machine can be had here; null: it can. */
export function whyNoMachine(): string | null {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Linux";
  const missing = programs.filter((name) => which(name, process.env) === null);
  return missing.length > 0 ? `needs ${missing.join(", ")}` : null;
}

/** A new machine on a disk in `folder`. Its root file system is made once, which takes a minute, and kept in the cache. */
export async function bootMachine(folder: string): Promise<Machine> {
  const disk = join(folder, "disk");
  await must(["cp", "-a", "--reflink=auto", await bringRoot(), disk]);
  // Only its owner may read the folder that `npm test` fetched it into.
  await must(["install", "-m", "644", modelPath(), join(disk, starter)]);
  let booted = await boot(disk);
  const enter = (command: string[]) => [
    "nsenter",
    "-t",
    String(booted.leader),
    "-m",
    "-u",
    "-i",
    "-n",
    "-p",
    "-C",
    ...command,
  ];
  const stream = (script: string, seconds = 120) =>
    spawn(
      enter(["/usr/bin/timeout", "-k", "5", String(seconds), "/bin/su", "-", user, "-c", inSession(script)]),
    );
  const power = async () => {
    process.kill(booted.leader, "SIGKILL");
    await booted.nspawn.exited;
  };
  return {
    stream,
    run: (script, seconds) => toEnd(stream(script, seconds)),
    runAsRoot: (script, seconds = 60) =>
      toEnd(spawn(enter(["/usr/bin/timeout", "-k", "5", String(seconds), "/bin/bash", "-c", script]))),
    async put(path, place) {
      await must(["install", "-D", "-m", "644", path, join(disk, place)]);
    },
    async cutPower() {
      await power();
      booted = await boot(disk);
    },
    async dispose() {
      await power();
      rmSync(disk, { recursive: true, force: true });
    },
  };
}

/** What `su -` forgets of the environment: bun, and its packages, which are in the machine already. */
const inSession = (script: string) =>
  `export PATH="/opt/bun:$HOME/.local/bin:$PATH" BUN_INSTALL_CACHE_DIR=/opt/bun-packages; ${script}`;

interface Booted {
  nspawn: Bun.Subprocess;
  /** The pid of the machine's first process, seen from here. */
  leader: number;
}

async function boot(disk: string): Promise<Booted> {
  const flags = [
    "-q",
    "-D",
    disk,
    "--boot",
    "--register=no",
    "--keep-unit",
    "--private-network",
    "--link-journal=no",
  ];
  const binds = toBinds().map(([here, there]) => `--bind-ro=${here}:${there}`);
  const nspawn = Bun.spawn(["systemd-nspawn", ...flags, ...binds], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const said = toEnd(nspawn);
  for (let line = 0; ; line++) {
    const leader = readChild(nspawn.pid);
    const ready = leader === null ? null : await isReady(leader);
    if (leader !== null && ready === 0) return { nspawn, leader };
    if (nspawn.exitCode !== null || line > 300)
      throw new Error(
        `The machine did not boot:\n${nspawn.exitCode === null ? "in time" : (await said).out}`,
      );
    await Bun.sleep(200);
  }
}

/** 0 once the user's manager runs: the user lingers, so it comes without a login. */
async function isReady(leader: number): Promise<number> {
  const manager = ["/bin/systemctl", "is-active", "--quiet", "user@1000.service"];
  return (
    await toEnd(spawn(["nsenter", "-t", String(leader), "-m", "-u", "-i", "-n", "-p", "-C", ...manager]))
  ).code;
}

function readChild(pid: number): number | null {
  try {
    const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
    return child > 0 && readFileSync(`/proc/${child}/comm`, "utf8").trim() === "systemd" ? child : null;
  } catch {
    return null;
  }
}

/** What the machine borrows, read-only: the checkout, bun and its packages, and the engine of the test run at its own path. */
function toBinds(): [string, string][] {
  const python =
    /^home = (.+)$/m.exec(readFileSync(join(runtimeDir(), "pyvenv.cfg"), "utf8"))?.[1] ?? "/usr/bin";
  const home = dirname(python);
  const same = [runtimeDir(), ...(home === "/usr" ? [] : [home])];
  const packages = process.env.BUN_INSTALL_CACHE_DIR ?? join(cache, "bun-packages");
  const borrowed: [string, string][] = [
    [repo, checkout],
    [process.execPath, "/opt/bun/bun"],
    [packages, "/opt/bun-packages"],
  ];
  return [...borrowed, ...same.map((path): [string, string] => [path, path])];
}

/** The root file system, without a machine's changes. */
async function bringRoot(): Promise<string> {
  const root = join(cache, "systemd-root");
  const marker = join(root, "opt/complete");
  if (existsSync(marker) && readFileSync(marker, "utf8") === packages) return root;
  const fresh = `${root}.new`;
  for (const path of [root, fresh]) rmSync(path, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  const { suite, mirror } = await findMirror();
  await must(["debootstrap", "--variant=minbase", `--include=${packages}`, suite, fresh, mirror]);
  await must(["chroot", fresh, "useradd", "--create-home", "--uid", "1000", "--shell", "/bin/bash", user]);
  mkdirSync(join(fresh, "var/lib/systemd/linger"), { recursive: true });
  writeFileSync(join(fresh, "var/lib/systemd/linger", user), "");
  // The engine's Python may lie in the home of root.
  chmodSync(join(fresh, "root"), 0o755);
  for (const path of ["var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale"])
    rmSync(join(fresh, path), { recursive: true, force: true });
  writeFileSync(join(fresh, "opt/complete"), packages);
  renameSync(fresh, root);
  return root;
}

/** This machine's own release, from where its apt takes it. */
export async function findMirror(): Promise<{ suite: string; mirror: string }> {
  const release = await Bun.file("/etc/os-release").text();
  const suite = /^VERSION_CODENAME=(.+)$/m.exec(release)?.[1] ?? "";
  const format = ["--format", "$(REPO_URI)", "Created-By: Packages", `Release: ${suite}`];
  const mirror = (await must(["apt-get", "indextargets", ...format])).split("\n")[0] ?? "";
  if (suite === "" || mirror === "")
    throw new Error("apt knows no mirror of this machine's release: run apt-get update.");
  return { suite, mirror };
}

export function spawn(command: string[]): Bun.Subprocess<"ignore", "pipe", "pipe"> {
  return Bun.spawn(command, { stdio: ["ignore", "pipe", "pipe"] });
}

export async function toEnd(child: Bun.Subprocess<"ignore", "pipe", "pipe">): Promise<Run> {
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, out: out + err };
}

export async function must(command: string[]): Promise<string> {
  const { code, out } = await toEnd(spawn(command));
  if (code !== 0) throw new Error(`${command[0]} failed with ${code}:\n${out.slice(-2000)}`);
  return out;
}
