import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installRuntime } from "../../src/engine/kinds/batching/install.ts";
import { createFakeMachine, renderFakeUv } from "../engine/kinds/batching/fake-python.ts";
import { createTempDir } from "../helpers/temp.ts";

const root = mkdtempSync(join(createTempDir(), "a machine "));
const machine = createFakeMachine(root);
/** What uv's own releases hold; the script stands in for uv, and lays out a Python as uv does. */
const script = `#!/bin/sh
${renderFakeUv(root)}
case "$*" in "python install"*)
  /bin/mkdir -p "$5/cpython-3.12.11-linux-x86_64-gnu/bin"; : > "$5/cpython-3.12.11-linux-x86_64-gnu/bin/python3.12" ;;
esac
`;
const served = join(root, "served");
const folder = `uv-${process.arch === "arm64" ? "aarch64" : "x86_64"}-unknown-linux-gnu`;
mkdirSync(join(served, folder), { recursive: true });
writeFileSync(join(served, folder, "uv"), script);
expect(await Bun.spawn(["tar", "-czf", `${folder}.tar.gz`, folder], { cwd: served }).exited).toBe(0);
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: ({ url }) => new Response(Bun.file(join(served, new URL(url).pathname))),
});
afterAll(() => server.stop(true));

test("on a machine without any Python, uv and a Python are brought, and the engine is installed with them", async () => {
  const share = join(root, "share");
  const lines: string[] = [];
  const options = {
    runtimeDir: join(share, "runtime"),
    variables: { ...machine.variables, UV_DOWNLOAD_URL: `http://127.0.0.1:${server.port}` },
    uvSha256: new Bun.CryptoHasher("sha256").update(script).digest("hex"),
    onProgress: (line: string) => lines.push(line),
  };
  expect(await installRuntime(options)).toMatchObject({ state: "ready" });

  const brought = join(share, "private-python");
  const python = join(brought, "pythons/cpython-3.12.11-linux-x86_64-gnu/bin/python3.12");
  const [install, venv, pip, packages] = machine.calls();
  expect(install).toBe(`uv python install --no-bin --install-dir ${join(brought, "pythons")} 3.12`);
  expect(venv).toContain(`uv venv --python ${python} `);
  expect(pip).toMatch(/^uv pip install .*--require-hashes .*pip\.txt$/);
  expect(packages).toMatch(/^uv pip install .*--require-hashes .*runtime\.txt$/);
  expect(readdirSync(brought).sort()).toEqual(["pythons", "uv"]);
  expect(lines.slice(0, 3).map((line) => line.split(" ")[0])).toEqual(["Fetching", "Installing", "Creating"]);
  expect(lines[2]).toBe("Creating a Python 3.12.11 environment with uv");

  // It is there: nothing is fetched or installed again.
  lines.length = 0;
  await installRuntime(options);
  expect(lines).toEqual([]);
  expect(existsSync(join(brought, "uv"))).toBe(true);
  expect(readFileSync(join(brought, "uv"), "utf8")).toBe(script);
});
