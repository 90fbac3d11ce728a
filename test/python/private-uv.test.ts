import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bringPython, bringUv, toPrivateDir, uvVersion } from "../../src/python/private-uv.ts";
import { findWheel } from "../../src/python/uv-sources.ts";
import { setupFailure } from "../helpers/failure.ts";
import { createTempDir } from "../helpers/temp.ts";

const temp = createTempDir();
const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
const script = '#!/bin/sh\necho "$*" >> "$0.calls"\n';
const sha256 = new Bun.CryptoHasher("sha256").update(script).digest("hex");
const wheelName = `uv-${uvVersion}-py3-none-manylinux_2_17_${machine}.whl`;

/** What an index and a place of releases serve; the script stands in for uv. */
const folder = join(temp, "served");
mkdirSync(join(folder, "scripts"), { recursive: true });
await pack();

async function pack(): Promise<void> {
  const inWheel = `uv-${uvVersion}.data/scripts`;
  const inArchive = `uv-${machine}-unknown-linux-gnu`;
  for (const dir of [inWheel, inArchive]) {
    mkdirSync(join(folder, dir), { recursive: true });
    writeFileSync(join(folder, dir, "uv"), script);
    writeFileSync(join(folder, dir, "uvx"), "another");
  }
  const zip = ["python3", "-m", "zipfile", "-c", wheelName, `uv-${uvVersion}.data`];
  for (const command of [zip, ["tar", "-czf", `${inArchive}.tar.gz`, inArchive]])
    expect(await Bun.spawn(command, { cwd: folder }).exited).toBe(0);
}

const asked: string[] = [];
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    const { pathname } = new URL(request.url);
    asked.push(`${pathname} ${request.headers.get("authorization") ?? ""}`.trim());
    if (pathname === "/simple/uv/")
      return new Response(`<a href="../../files/${wheelName}#sha256=00&amp;x">${wheelName}</a>`);
    if (pathname === "/other/uv/") return Response.json({ files: [{ filename: "uv-0.0.1.whl", url: "/x" }] });
    if (pathname.startsWith("/none/")) return new Response("", { status: 404 });
    const file = Bun.file(join(folder, pathname.split("/").at(-1) ?? ""));
    return new Response(file);
  },
});
afterAll(() => server.stop(true));

const nowhere = "http://127.0.0.1:9";
const host = `127.0.0.1:${server.port}`;

function createScene(variables: Record<string, string>, expected = sha256) {
  const dir = join(mkdtempSync(join(temp, "a home ")), "private-python");
  const lines: string[] = [];
  const options = {
    dir,
    say: (line: string) => lines.push(line),
    pythons: [],
    variables: { PATH: "", UV_DOWNLOAD_URL: nowhere, ...variables },
    sha256: expected,
  };
  return { dir, lines, bring: () => bringUv(options) };
}

test("uv comes from the index that the variables name, and is kept for the next time", async () => {
  const { dir, lines, bring } = createScene({ PIP_INDEX_URL: `http://me:pass%20word@${host}/simple` });
  expect(await bring()).toBe(join(dir, "uv"));
  expect(readFileSync(join(dir, "uv"), "utf8")).toBe(script);
  expect(readdirSync(dir)).toEqual(["uv"]);
  expect(asked).toContain(`/simple/uv/ Basic ${btoa("me:pass word")}`);
  expect(lines.join("\n")).toContain(`Fetching uv ${uvVersion}`);
  asked.length = 0;
  await bring();
  expect(asked).toEqual([]);
});

test("uv comes from its own releases where no index is named", async () => {
  const { dir, bring } = createScene({ UV_DOWNLOAD_URL: `http://${host}/releases/` });
  await bring();
  expect(readFileSync(join(dir, "uv"), "utf8")).toBe(script);
});

test("the pip of a Python that is there fetches it with the lock's hashes", async () => {
  const { dir } = createScene({});
  const home = mkdtempSync(join(temp, "python "));
  const python = join(home, "python3");
  writeFileSync(
    python,
    `#!/bin/sh\necho "$*" > "${home}/call"
    while [ "$1" != -d ]; do shift; done; cp "${join(folder, wheelName)}" "$2/"\n`,
    { mode: 0o755 },
  );
  const variables = { PATH: process.env.PATH ?? "", UV_DOWNLOAD_URL: nowhere };
  await bringUv({ dir, say: () => {}, pythons: [python], variables, sha256 });
  expect(existsSync(join(dir, "uv"))).toBe(true);
  expect(readFileSync(join(home, "call"), "utf8")).toContain("--require-hashes");
});

test("a file that is not the locked one is not kept, and every place is named with its reason", async () => {
  const variables = { UV_DEFAULT_INDEX: `http://key@${host}/simple`, UV_DOWNLOAD_URL: `http://${host}/none` };
  const { dir, bring } = createScene(variables, "0".repeat(64));
  const { message } = await setupFailure(bring());
  expect(message).toContain("the package index: its file is not the locked one");
  expect(message).toContain("uv's releases: it answered 404");
  expect(message).toContain("UV_DEFAULT_INDEX");
  expect(message).not.toContain("key");
  expect(existsSync(join(dir, "uv"))).toBe(false);
});

test("an index without it, or that does not answer, is a reason", async () => {
  const without = await setupFailure(createScene({ PIP_INDEX_URL: `http://${host}/other` }).bring());
  expect(without.message).toContain(`the package index: it has no uv ${uvVersion} for this machine`);
  const dead = await setupFailure(createScene({ PIP_INDEX_URL: nowhere }).bring());
  expect(dead.message).toContain("the package index: ");
});

test("a set-up that is stopped asks no further place", async () => {
  const { dir } = createScene({});
  const stop = new AbortController();
  stop.abort();
  const variables = { PATH: "", UV_DEFAULT_INDEX: `http://${host}/simple` };
  const options = { dir, say: () => {}, pythons: [], variables, sha256, signal: stop.signal };
  const { message } = await setupFailure(bringUv(options));
  expect(message).toContain("it was stopped");
  expect(readdirSync(dir)).toEqual([]);
});

test("only the wheel for glibc and this machine is taken", () => {
  const names = [
    "musllinux_1_1_x86_64",
    "manylinux_2_17_i686",
    "manylinux_2_28_aarch64",
    "manylinux_2_17_x86_64",
  ];
  const files = names.map((name) => ({ filename: `uv-1.0-py3-none-${name}.whl`, url: `https://x/${name}` }));
  const page = JSON.stringify({ files });
  expect(findWheel(page, { version: "1.0", machine: "x64" })).toBe("https://x/manylinux_2_17_x86_64");
  expect(findWheel(page, { version: "1.0", machine: "arm64" })).toBe("https://x/manylinux_2_28_aarch64");
  expect(findWheel(page, { version: "1.1", machine: "x64" })).toBeNull();
});

test("a private Python is what uv puts into its folder", async () => {
  const dir = mkdtempSync(join(temp, "private "));
  const uv = join(dir, "uv");
  const make = `mkdir -p "$5/cpython-3.12-linux" "$5/cpython-3.12.11-linux-x86_64-gnu/bin"`;
  writeFileSync(uv, `${script}${make}\n`, { mode: 0o755 });
  const options = { dir, say: () => {}, variables: { PATH: process.env.PATH ?? "" } };
  expect(await bringPython(uv, options)).toEqual({
    python: join(dir, "pythons/cpython-3.12.11-linux-x86_64-gnu/bin/python3.12"),
    version: "3.12.11",
  });
  writeFileSync(uv, "#!/bin/sh\necho error: no mirror >&2; exit 2\n");
  const { message } = await setupFailure(bringPython(uv, options));
  expect(message).toContain("no mirror");
  expect(message).toContain("UV_PYTHON_INSTALL_MIRROR");
});

test("it lies beside the environment", () => {
  expect(toPrivateDir("/home/me/.local/share/ov-llm/runtime")).toBe(
    "/home/me/.local/share/ov-llm/private-python",
  );
});
