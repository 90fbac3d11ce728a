import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { installNative } from "../../../../src/engine/kinds/native/install.ts";
import { installStandIn, type StandInOptions } from "../../../helpers/stand-in.ts";
import { createTempDir } from "../../../helpers/temp.ts";

setDefaultTimeout(30_000);
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
      if (name.endsWith(".tgz")) return new Response(Bun.file(join(root, name)));
      const file = join(dir, name, "package.json");
      if (!existsSync(file)) return new Response("not found", { status: 404 });
      const { standIn: _own, ...content } = JSON.parse(readFileSync(file, "utf8"));
      const dist = { tarball: `${new URL(url).origin}/${name}.tgz` };
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
  const install = (extra: Record<string, string> = {}) =>
    installNative({
      place,
      variables: { ...variables, ...extra },
      onProgress: (line) => lines.push(line),
    });
  return { place, asked, lines, install };
}

describe("installNative", () => {
  test("brings both packages with their addons, and leaves right ones as they are", async () => {
    const { place, asked, lines, install } = startNpm();
    expect(await install()).toMatchObject({ openvino_genai_node: "2026.4.0", devices: ["CPU"] });
    expect(readFileSync(join(place, "openvino-node/bin/ov_node_addon.node"), "utf8")).toBe("-f");
    expect(lines[0]).toStartWith("Fetching openvino-genai-node 2026.4.0 and openvino-node 2026.4.0");
    const requests = asked.length;
    expect(await install()).toMatchObject({ openvino_node: "2026.4.0" });
    expect(asked).toHaveLength(requests);
    expect(readdirSync(`${place}.setup`)).toEqual(["lock"]);
  });

  test("hands a proxy for HTTPS to scripts that look for the other one", async () => {
    const { place, install } = startNpm();
    const proxy = "http://me:secret@127.0.0.1:9";
    await install({ NO_PROXY: "localhost,127.0.0.1", https_proxy: proxy });
    expect(readFileSync(join(place, "openvino-node/bin/ov_node_addon.node"), "utf8")).toBe(`-f${proxy}`);
  });

  test.each<[string, StandInOptions, string, string]>([
    [
      "out of reach",
      {},
      'throw "Failed to send request";',
      "the libraries of openvino-node cannot be fetched",
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
    expect(readdirSync(`${place}.setup`)).toEqual(["lock"]);
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

  test("a registry without the packages is an error", async () => {
    const { install } = startNpm();
    const nowhere = { NPM_CONFIG_REGISTRY: "http://127.0.0.1:1/" };
    expect(install(nowhere)).rejects.toThrow("the packages cannot be fetched from npm");
  });
});
