import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { starterPath } from "../../src/library/starter.ts";
import { version } from "../../src/version.ts";
import { findFreePort } from "../cli/run-cli.ts";
import { writeScript } from "../engine/kinds/batching/fake-python.ts";
import { modelPath, runtimeDir } from "../helpers/environment.ts";
import { smol } from "../helpers/server.ts";
import { installStandIn } from "../helpers/stand-in.ts";
import { createTempDir } from "../helpers/temp.ts";
import { must } from "../supply/must.ts";
import { toArchiveName } from "../supply/release/archive.ts";
import { createRelease } from "../supply/release/release.ts";
import { tryRelease } from "../supply/release/try.ts";
import { root } from "../supply/text.ts";
import { type Copy, createCopy, here, own, releaseOptions } from "./copy.ts";
import { createHomes, type InstallHome } from "./home.ts";

setDefaultTimeout(180_000);
const temp = createTempDir();
const createHome = createHomes(temp);
const release = join(temp, "release");
const newer = join(temp, "newer");
const newerVersion = "99.0.0";
let copy: Copy;

/** What is at the address from which all of these install. */
let served = release;
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request) => {
    const path = join(served, new URL(request.url).pathname);
    return existsSync(path) ? new Response(Bun.file(path)) : new Response("", { status: 404 });
  },
});
afterAll(() => server.stop(true));
const url = server.url.origin;

beforeAll(async () => {
  await createRelease({ ...releaseOptions, architectures: here, url, folder: release });
  copy = createCopy(join(temp, "a copy"));
});

describe("a release", () => {
  test("runs from each of its files", async () => {
    const tried = await tryRelease(release);
    expect(tried).toHaveLength(2);
    expect(tried[0]).toContain(`runs, version ${version}`);
  });

  test("has the same bytes when it is built again, elsewhere", async () => {
    const again = join(temp, "again");
    await copy.build({ url, folder: again });
    const names = readdirSync(again).filter((name) => name !== "SHA256SUMS");
    expect(names).toHaveLength(4);
    const sums = readFileSync(join(release, "SHA256SUMS"), "utf8").split("\n");
    for (const line of readFileSync(join(again, "SHA256SUMS"), "utf8").trimEnd().split("\n"))
      expect(sums).toContain(line);
  });
});

/** A home with the engine and the model of the test run, so that nothing is downloaded, and a PATH without bun, npm and curl. */
function createFilledHome(): InstallHome & { env: Record<string, string> } {
  const home = createHome();
  const registry = home.path("models/converted_models/registry.json");
  const starter = starterPath(dirname(registry));
  mkdirSync(home.path(".local/share/ov-llm"), { recursive: true });
  symlinkSync(runtimeDir(), home.path(".local/share/ov-llm/runtime"));
  mkdirSync(dirname(starter), { recursive: true });
  symlinkSync(modelPath(), starter);
  installStandIn(home.path(".local/lib/ov-llm"));
  return { ...home, env: { PATH: toBarePath(home.bin), TMPDIR: mkdtempSync(join(temp, "tmp-")) } };
}

/** What lies in TMPDIR, without the folder of a server that runs. */
function listLeft({ TMPDIR = "" }: Record<string, string>): string[] {
  return readdirSync(TMPDIR).filter((name) => !name.startsWith("ov-llm-host-"));
}

/** Links to all programs of the system but those that build. */
function toBarePath(bin: string): string {
  const builders = /^(bun|bunx|npm|npx|node|cc|gcc.*|c\+\+|g\+\+.*|make|uv)$/;
  for (const folder of ["/usr/bin", "/bin"])
    for (const name of readdirSync(folder))
      if (!builders.test(name) && !existsSync(join(bin, name)))
        symlinkSync(join(folder, name), join(bin, name));
  return bin;
}

describe("install.sh of a release", () => {
  test("unpacked: installs, and refuses a file that was changed", async () => {
    const { env, path, startCommand } = createFilledHome();
    await must(["tar", "-xzf", join(release, `${toArchiveName(own)}.tar.gz`), "-C", path()]);
    const folder = path(toArchiveName(own));
    const command = ["/bin/sh", join(folder, "install.sh"), "--no-serve"];
    writeFileSync(join(folder, "LICENSE"), "another");
    const refused = await startCommand(command, env).end();
    expect(refused.out).toContain("LICENSE: FAILED");
    expect(refused.out).toContain(`${folder} does not match its SHA256SUMS`);
    expect([refused.code, existsSync(path(".local/bin"))]).toEqual([1, false]);
    cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
    const { code, out } = await startCommand(command, env).end();
    expect(out).toContain(`Installed ov-llm ${version}`);
    expect(code).toBe(0);
  });
});

describe("ov-llm of a release", () => {
  const { env, bin, path, startCommand } = createFilledHome();
  const program = path(".local/bin/ov-llm");
  const pidFile = join(bin, "service.pid");
  let base = "";
  let installed = { code: 1, out: "" };

  const upgrade = async (...args: string[]) => await startCommand([program, "upgrade", ...args], env).end();
  const readVersion = async () => (await must([program, "--version"], { HOME: path() })).trim();
  const readPid = () => Number(readFileSync(pidFile, "utf8"));
  const stopService = () => {
    if (existsSync(pidFile)) process.kill(readPid(), "SIGTERM");
  };

  beforeAll(async () => {
    copy.setVersion(newerVersion);
    await copy.build({ url, folder: newer });
    rmSync(join(bin, "systemctl"));
    writeScript(join(bin, "systemctl"), renderService(pidFile));
    const port = String(await findFreePort());
    base = `http://127.0.0.1:${port}`;
    const pipe = `cat '${join(release, "install.sh")}' | sh`;
    installed = await startCommand(["/bin/sh", "-c", pipe], {
      ...env,
      OV_PORT: port,
      OV_DRAIN_SECONDS: "600",
    }).end();
  });
  afterAll(stopService);

  test("install.sh through a pipe, without bun, npm and a compiler: serves, and leaves nothing else", () => {
    const { code, out } = installed;
    expect(out).toContain(`Fetching ${toArchiveName(own)}.tar.gz`);
    expect(out).toContain(`Installed ov-llm ${version}`);
    expect(out).toContain("answered: The capital of France is Paris.");
    expect(out).toContain("\n  Upgrade        ov-llm upgrade\n");
    expect(out).toContain(`\n  Uninstall      '${path(".local/lib/ov-llm/install.sh")}' --uninstall\n`);
    expect(code).toBe(0);
    expect(readFileSync(path(".local/lib/ov-llm/source"), "utf8")).toBe(`release ${url}\n`);
    expect(listLeft(env)).toEqual([]);
  });

  test("upgrade does nothing where this is the newest", async () => {
    expect(await upgrade()).toEqual({ code: 0, out: `Nothing to do: this is ov-llm ${version}.\n` });
  });

  test("upgrade refuses an archive with another sum, and all stays as it was", async () => {
    served = join(temp, "bad");
    cpSync(newer, served, { recursive: true });
    appendFileSync(join(served, `ov-llm-${newerVersion}-linux-${own}.tar.gz`), "x");
    const { code, out } = await upgrade();
    expect(out).toContain("its sha256 is ");
    expect([code, await readVersion(), existsSync(path(".local/lib/ov-llm/previous"))]).toEqual([
      1,
      version,
      false,
    ]);
    expect(listLeft(env)).toEqual([]);
  });

  test("upgrade installs a newer version while requests run: they end, and the new server answers", async () => {
    served = newer;
    const old = readPid();
    const body = {
      model: smol,
      messages: [{ role: "user", content: "Count." }],
      stream: true,
      max_tokens: 300,
      ignore_eos: true,
    };
    const response = await fetch(`${base}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    const text = response.text();
    const { code, out } = await upgrade();
    expect(await text).toContain('"finish_reason":"length"');
    expect(out).toContain(`Fetching ov-llm ${newerVersion}, to replace ${version}`);
    expect(out).toContain("answered: The capital of France is Paris.");
    expect(out).toContain("\n  Roll back      ov-llm upgrade --rollback\n");
    expect([code, await readVersion()]).toEqual([0, newerVersion]);
    expect(readPid()).not.toBe(old);
    expect(listLeft(env)).toEqual([]);
  });

  test("upgrade --rollback goes back to the version before, and keeps the newer one", async () => {
    const old = readPid();
    const back = await upgrade("--rollback");
    expect(back.out).toContain(`Installed ov-llm ${version}`);
    expect([back.code, await readVersion()]).toEqual([0, version]);
    expect(readPid()).not.toBe(old);
    const kept = await must([path(".local/lib/ov-llm/previous/ov-llm"), "--version"]);
    expect(kept.trim()).toBe(newerVersion);
  });

  test("upgrade installs an archive on disk without a network, and leaves a stopped service alone", async () => {
    stopService();
    rmSync(pidFile);
    served = join(temp, "nowhere");
    const archive = join(newer, `ov-llm-${newerVersion}-linux-${own}.tar.gz`);
    const { code, out } = await upgrade(archive);
    expect(out).toContain(`Installing ov-llm ${newerVersion} over ${version}\n`);
    expect([code, await readVersion(), existsSync(pidFile)]).toEqual([0, newerVersion, false]);
    expect(readFileSync(path(".local/lib/ov-llm/source"), "utf8")).toBe(`release ${url}\n`);
  });

  test("upgrade takes one of an archive, --version and --rollback", async () => {
    const { code, out } = await upgrade("--rollback", "--version", "1.2.3");
    expect([code, out]).toEqual([2, expect.stringContaining("give one of them")]);
  });

  test("--uninstall of what is installed removes it", async () => {
    const removed = await startCommand([path(".local/lib/ov-llm/install.sh"), "--uninstall"], env).end();
    expect([removed.code, existsSync(path(".local/lib/ov-llm")), existsSync(program)]).toEqual([
      0,
      false,
      false,
    ]);
  });
});

/** A user manager of one unit, which starts the installed program as the unit's ExecStart says. */
function renderService(pidFile: string): string {
  return `pid=$(cat '${pidFile}' 2>/dev/null)
  case "$*" in
  *is-failed*) exit 1 ;;
  *LoadState*) echo LoadState=loaded; if [ -n "$pid" ]; then echo ActiveState=active; else echo ActiveState=inactive; fi ;;
  *MainPID*) echo "$pid" ;;
  *restart*)
    if [ -n "$pid" ]; then kill "$pid"; while readlink "/proc/$pid/exe" >/dev/null; do sleep 0.1; done; fi
    "$HOME/.local/bin/ov-llm" serve >'${pidFile}.log' 2>&1 &
    echo $! >'${pidFile}' ;;
  esac`;
}
