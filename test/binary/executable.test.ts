import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import packageFile from "../../package.json";
import { loadNativeHost } from "../helpers/native-host.ts";
import { repo, smol, startServer, type TestServer } from "../helpers/server.ts";
import { installStandIn, writeStandInModel } from "../helpers/stand-in.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const folder = createTempDir();
const executable = join(folder, "bin with space", "ov-llm");
const home = join(folder, "a home with spaces");
/** Where it is started: full of files that a bun of one's own would read. */
const trap = join(folder, "somewhere else");
let server: TestServer;

/** package.json's build script with another outfile. */
async function build(): Promise<void> {
  const [bun, ...args] = packageFile.scripts.build.split(" ");
  expect([bun, args[0], args.at(-2)]).toEqual(["bun", "build", "--outfile"]);
  const command = [process.execPath, ...args.slice(0, -1), executable];
  const child = Bun.spawn(command, { cwd: repo, stdio: ["ignore", "pipe", "pipe"] });
  const [err, code] = await Promise.all([child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(`The build failed (${code}):\n${err}`);
}

async function run(args: string[], program = executable) {
  const child = Bun.spawn([program, ...args], {
    cwd: trap,
    env: { HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, out, err };
}

beforeAll(async () => {
  for (const path of [join(folder, "bin with space"), home, trap]) mkdirSync(path);
  writeFileSync(join(trap, ".env"), "OV_MAX_TOKENS=7\nOV_PORT=1\nOV_API_KEY=key from the trap\n");
  writeFileSync(join(trap, "package.json"), "{ this is not JSON");
  writeFileSync(join(trap, "bunfig.toml"), 'preload = ["./preload.ts"]\n');
  writeFileSync(join(trap, "preload.ts"), 'throw new Error("preloaded from the trap");\n');
  await build();
  symlinkSync(executable, join(folder, "ov"));
  server = await startServer({ command: [join(folder, "ov")], home, cwd: trap });
});
afterAll(() => server.stop());

describe("the executable", () => {
  test("prints its version", async () => {
    expect(await run(["--version"])).toEqual({ code: 0, out: `${packageFile.version}\n`, err: "" });
  });

  test.each([
    ["--help", ["serve", "models", "health", "setup"]],
    ["serve --help", ["--max-tokens", "4096", "OV_API_KEY"]],
  ])("helps: %s", async (args, words) => {
    const { code, out, err } = await run(args.split(" "));
    expect([code, err]).toEqual([0, ""]);
    for (const word of words) expect(out).toContain(word);
  });

  test("needs no bun and no sources: one file", () => {
    expect(statSync(executable).mode & 0o111).not.toBe(0);
    expect(statSync(executable).size).toBeLessThan(200 * 1024 * 1024);
    expect(existsSync(join(folder, "bin with space", "node_modules"))).toBe(false);
  });
});

describe("its native engine", () => {
  const model = () => writeStandInModel(join(folder, "model"));

  test("is looked for in the folder of the executable, through a symlink and from elsewhere", async () => {
    const lib = join(folder, "lib");
    mkdirSync(lib);
    copyFileSync(executable, join(lib, "ov-llm"));
    installStandIn(lib);
    symlinkSync(join(lib, "ov-llm"), join(folder, "ov-native"));
    const env = { OV_RUNTIME_DIR: join(folder, "none"), OV_NATIVE_DIR: "" };
    const entry = { path: model(), task: "text-generation-with-past", weight_format: "int8" };
    const command = [join(folder, "ov-native")];
    const native = await startServer({ command, env, cwd: trap, models: { m: entry } });
    const answer = await native.chat({ model: "m", messages: [{ role: "user", content: "Hi" }] });
    expect(await answer.json()).toMatchObject({ model: "m", choices: [{ finish_reason: "stop" }] });
    expect(await native.logged(/ engine found /)).toContain("engine=native");
    expect(await native.stop()).toBe(0);
  });

  test("goes along when its folder is moved", async () => {
    renameSync(join(folder, "lib"), join(folder, "moved lib"));
    const program = join(folder, "moved lib", "ov-llm");
    const dir = join(folder, "moved lib", "node_modules");
    const host = await loadNativeHost(dir, model(), { command: [program] });
    expect(host.ready.versions).toMatchObject({ openvino_genai_node: "2026.4.0" });
    await host.close();
    const { code, out } = await run(["setup", "--native"], program);
    expect([code, out]).toEqual([0, expect.stringContaining("native   openvino-genai-node 2026.4.0")]);
  });

  test("is no command that a help names", async () => {
    expect((await run(["--help"])).out).not.toContain("engine-host");
  });
});

describe("its server, started through a symlink, elsewhere, with spaces in HOME", () => {
  test("answers a real chat", async () => {
    const messages = [{ role: "user", content: "What is the capital of Germany?" }];
    const response = await server.chat({ messages, temperature: 0 });
    expect(await response.json()).toMatchObject({
      model: smol,
      choices: [{ message: { content: "The capital of Germany is Berlin." }, finish_reason: "stop" }],
    });
  });

  test("serves the page that is inside it", async () => {
    const html = await (await fetch(server.url, { headers: { accept: "text/html" } })).text();
    const addresses = html.match(/\/page\/page\.(js|css)\?\w+/g) ?? [];
    expect(addresses).toHaveLength(2);
    for (const address of addresses) {
      const response = await fetch(server.url + address);
      expect([response.status, (await response.text()).length > 4000]).toEqual([200, true]);
    }
  });

  test("reads a large request in a thread of its own", async () => {
    const response = await server.chat({ messages: [{ role: "user", content: "x".repeat(100_000) }, 1] });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { param: "messages[1]", message: '"messages[1]" must be an object, but is 1.' } },
    ]);
  });

  test("reads no .env and no bunfig.toml of the working folder", () => {
    const [started = ""] = server.log();
    expect(started).toContain("OV_MAX_TOKENS=4096 ");
    expect(started).toContain('OV_PORT="0 (flag)"');
    expect(started).toContain("OV_API_KEY=- ");
    expect(started).toContain(`OV_REGISTRY_PATH="${home}/models/converted_models/registry.json"`);
    expect(server.log().join("\n")).not.toContain("trap");
  });

  test("is found by the other commands, which read the same HOME", async () => {
    const { port } = new URL(server.url);
    const { code, out } = await run(["health", "--port", port]);
    expect([code, out]).toEqual([0, expect.stringContaining(`pid ${server.pid}`)]);
    expect(await run(["models", "--port", port])).toMatchObject({
      code: 0,
      out: expect.stringContaining(smol),
    });
  });

  test("ends with exit code 0 on SIGTERM", async () => {
    expect(await server.stop("SIGTERM")).toBe(0);
    expect(server.log().at(-1)).toMatch(/ stopped$/);
  });
});
