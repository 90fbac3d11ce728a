import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { installNative, type NativeInstallOptions } from "../../../../src/engine/kinds/native/install.ts";
import { toLibrariesDigest } from "../../../../src/engine/kinds/native/libraries.ts";
import { type NativeLocks, toManifest } from "../../../../src/engine/kinds/native/packages.ts";
import { setupFailure } from "../../../helpers/failure.ts";
import { installStandIn, type StandInOptions } from "../../../helpers/stand-in.ts";
import { createTempDir } from "../../../helpers/temp.ts";

setDefaultTimeout(180_000);
const temp = createTempDir();

/**
 * An npm registry with the stand-in in it, without its addon, which the package's script brings: a real installation but for
 * what is installed. `download`: what the scripts do beside that.
 */
function startNpm(options: StandInOptions = {}, download = "") {
  const root = mkdtempSync(join(temp, "npm-"));
  const dir = installStandIn(root, options);
  const addons = { "openvino-node": "ov_node_addon.node", "openvino-genai-node": "genai_node_addon.node" };
  const asked: string[] = [];
  for (const [name, addon] of Object.entries(addons)) {
    const scripts = join(dir, name, "scripts");
    mkdirSync(scripts);
    const body = `
      const { mkdirSync, writeFileSync } = require("node:fs");
      console.log("Proxy agent is configured with '" + process.env.http_proxy + "'.");
      ${download}
      mkdirSync(__dirname + "/../bin", { recursive: true });
      writeFileSync(__dirname + "/../bin/${addon}", process.argv.slice(2).join(" ") + (process.env.http_proxy ?? ""));`;
    for (const file of ["download-runtime.js", "download-runtime.cjs"])
      writeFileSync(join(scripts, file), body);
    const packed = Bun.spawnSync(
      ["tar", "-czf", join(root, `${name}.tgz`), `--exclude=bin`, "--transform", `s,^${name},package,`, name],
      { cwd: dir },
    );
    if (packed.exitCode !== 0) throw new Error(packed.stderr.toString());
  }
  const server = Bun.serve({
    port: 0,
    fetch({ url }) {
      const name = new URL(url).pathname.slice(1);
      asked.push(name);
      const archive = /([a-z-]+)-2026\.4\.0\.tgz$/.exec(name)?.[1];
      if (archive !== undefined) return new Response(Bun.file(join(root, `${archive}.tgz`)));
      const file = join(dir, name, "package.json");
      if (!existsSync(file)) return new Response("not found", { status: 404 });
      const { standIn: _own, ...content } = JSON.parse(readFileSync(file, "utf8"));
      const packed = readFileSync(join(root, `${name}.tgz`));
      const integrity = `sha512-${createHash("sha512").update(packed).digest("base64")}`;
      const dist = { tarball: `${new URL(url).origin}/${name}/-/${name}-2026.4.0.tgz`, integrity };
      return Response.json({
        name,
        "dist-tags": {},
        versions: { "2026.4.0": { ...content, version: "2026.4.0", dist } },
      });
    },
  });
  afterAll(() => server.stop(true));
  const place = join(mkdtempSync(join(temp, "lib ")), "node_modules");
  const variables = {
    ...process.env,
    NPM_CONFIG_REGISTRY: server.url.href,
    BUN_INSTALL_CACHE_DIR: join(root, "cache"),
  };
  const lines: string[] = [];
  const packages = makeLock(mkdtempSync(join(temp, "lock-")), variables);
  const install = async (
    extra: Record<string, string> = {},
    locks: Partial<NativeLocks> = {},
    options: Pick<NativeInstallOptions, "trustNew" | "tryOut"> = {},
  ) =>
    await installNative({
      place,
      variables: { ...variables, ...extra },
      onProgress: (line) => lines.push(line),
      locks: { packages: await packages, libraries: {}, ...locks },
      ...options,
    });
  return { place, asked, lines, install, packages };
}

/** What `bun run locks` does, against that registry. */
async function makeLock(dir: string, env: Record<string, string | undefined>): Promise<string> {
  writeFileSync(join(dir, "package.json"), toManifest());
  const child = Bun.spawn([process.execPath, "install", "--lockfile-only", "--ignore-scripts"], {
    cwd: dir,
    env,
    stderr: "pipe",
  });
  if ((await child.exited) !== 0) throw new Error(await child.stderr.text());
  // As in a lock made with npm's registry: the packages come from whichever is configured.
  return readFileSync(join(dir, "bun.lock"), "utf8").replace(/"http:[^"]*"/g, '""');
}

describe("installNative", () => {
  test("brings both packages with their addons, and leaves right ones as they are", async () => {
    const { place, asked, lines, install } = startNpm();
    expect(await install()).toMatchObject({ openvino_genai_node: "2026.4.0", devices: ["CPU"] });
    expect(readFileSync(join(place, "openvino-node/bin/ov_node_addon.node"), "utf8")).toBe("-f");
    expect(lines[0]).toStartWith("Fetching openvino-genai-node 2026.4.0 and openvino-node 2026.4.0");
    expect(lines).toContainEqual(expect.stringContaining("openvino-node are not checked: no sha256"));
    const requests = asked.length;
    expect(await install()).toMatchObject({ openvino_node: "2026.4.0" });
    expect(asked).toHaveLength(requests);
    expect(existsSync(`${place}.setup`)).toBe(false);
  });

  test("leaves nothing in the home of whoever has no bun", async () => {
    // Bun keeps what it made of large scripts.
    const large = join(temp, "large.cjs");
    writeFileSync(large, `module.exports = ${JSON.stringify("x".repeat(100_000))};`);
    const { place, install } = startNpm({}, `require(${JSON.stringify(large)});`);
    const home = mkdtempSync(join(temp, "home-"));
    // With an empty XDG_CACHE_HOME bun's caches would lie in the working folder.
    const before = readdirSync(".");
    await install({ HOME: home, XDG_CACHE_HOME: "", BUN_INSTALL: "", BUN_INSTALL_CACHE_DIR: "" });
    expect(readdirSync(place)).toContain("openvino-node");
    expect(readdirSync(home)).toEqual([]);
    expect(readdirSync(".")).toEqual(before);
  });

  const proxy = "http://me:secret@127.0.0.1:9";

  test.each([
    { https_proxy: proxy },
    { https_proxy: proxy, http_proxy: "http://127.0.0.1:8" },
    { https_proxy: "", HTTPS_PROXY: proxy },
    { https_proxy: "", http_proxy: proxy },
  ])("hands a proxy for HTTPS to scripts that look for the other one: %p", async (variables) => {
    const { place, install } = startNpm();
    await install({ NO_PROXY: "localhost,127.0.0.1", ...variables });
    expect(readFileSync(join(place, "openvino-node/bin/ov_node_addon.node"), "utf8")).toBe(`-f${proxy}`);
  });

  test.each<[string, StandInOptions, string, string]>([
    [
      "out of reach",
      {},
      'throw "Failed to send request";',
      "the libraries of openvino-node cannot be fetched",
    ],
    [
      "whose download is cut",
      {},
      'throw new Error("unexpected end of file");',
      "the download of openvino-node's libraries was cut",
    ],
    [
      "without their addon",
      {},
      "process.exit(0);",
      "the download of openvino-node's libraries was cut (ov_node_addon.node is not among them)",
    ],
    ["of another release", { buildNumber: "2025.1.0-1" }, "", "there is OpenVINO 2025.1.0-1"],
    ["that crash", { crashes: true }, "", "it was ended by SIG"],
  ])("libraries %s are an error with the next step, and what was there before stays", async (...given) => {
    const [_what, options, download, reason] = given;
    const { place, install } = startNpm(options, download);
    installStandIn(dirname(place), { version: "2026.3.0", openvinoVersion: "2026.3.0" });
    const refused = install({ http_proxy: "", https_proxy: "" });
    expect(refused).rejects.toMatchObject({ code: "setup_failed", message: expect.stringContaining(reason) });
    await refused.catch(() => {});
    expect(readFileSync(join(place, "openvino-node/package.json"), "utf8")).toContain("2026.3.0");
    expect(existsSync(`${place}.setup`)).toBe(false);
  });

  test("an addon that does not load a model is refused before it takes its place, and each time after", async () => {
    const { place, install } = startNpm();
    const tryOut = async () => "it was ended by SIGSEGV";
    const { message } = await setupFailure(install({}, {}, { tryOut }));
    expect(message).toContain("it does not load a model: it was ended by SIGSEGV");
    expect(existsSync(place)).toBe(false);
    await install({}, {}, { tryOut: async () => null });
    await expect(install({}, {}, { tryOut })).rejects.toThrow("it does not load a model");
  });

  test("nothing that the scripts print is shown: it may contain the proxy's password", async () => {
    const { lines, install } = startNpm({}, "process.exit(1);");
    const error = await install({
      NO_PROXY: "localhost,127.0.0.1",
      http_proxy: "http://me:secret@127.0.0.1:9",
    }).catch(String);
    expect([error, ...lines].join("\n")).not.toContain("secret");
    expect(error).toContain("`ov-llm setup --native` again");
  });

  test("a package that is not the locked one is refused before its script runs", async () => {
    const { place, install, packages } = startNpm();
    const other = (await packages).replace(/(openvino-node@2026.*"sha512-)[^"]*/, `$1${"A".repeat(86)}==`);
    const { message } = await setupFailure(install({}, { packages: other }));
    expect(message).toMatch(/the packages cannot be fetched from npm \(.*[Ii]ntegrity.*openvino-node/);
    expect(existsSync(place)).toBe(false);
  });

  test("libraries are checked by their sha256 where one is known, and others are refused", async () => {
    const { place, lines, install } = startNpm();
    await install();
    const names = ["openvino-node", "openvino-genai-node"] as const;
    const digests = await Promise.all(names.map((name) => toLibrariesDigest(join(place, name, "bin"))));
    const libraries = Object.fromEntries(names.map((name, index) => [name, digests[index] ?? ""]));
    rmSync(place, { recursive: true });
    lines.length = 0;
    await install({}, { libraries });
    expect(lines.join("\n")).not.toContain("not checked");
    rmSync(place, { recursive: true });
    const { message } = await setupFailure(
      install({}, { libraries: { ...libraries, "openvino-genai-node": "0" } }),
    );
    expect(message).toMatch(/came for openvino-genai-node are not those.*sha256 is [0-9a-f]{64}, expected 0/);
    expect(message).toContain("`ov-llm setup --native` again");
    expect(existsSync(place)).toBe(false);
    await install({}, { libraries: { ...libraries, "openvino-genai-node": "0" } }, { trustNew: true });
    expect(lines.at(-1)).toMatch(/openvino-genai-node have the sha256 [0-9a-f]{64}, not 0: --trust-new/);
    expect(existsSync(place)).toBe(true);
  });

  test("a registry without the packages is an error", async () => {
    const { install } = startNpm();
    const nowhere = { NPM_CONFIG_REGISTRY: "http://127.0.0.1:1/" };
    expect(install(nowhere)).rejects.toThrow("the packages cannot be fetched from npm");
  });
});
