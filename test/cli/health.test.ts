import { afterAll, expect, test } from "bun:test";
import type { Health } from "../../src/api/operate/health.ts";
import { createTempDir } from "../helpers/temp.ts";
import { findFreePort, runCli, toTarget } from "./run-cli.ts";

const home = createTempDir();
const native = { name: "native", versions: {}, devices: [] };
const well: Health = {
  status: "ok",
  reason: null,
  version: "0.1.0",
  started: "2026-01-02T03:04:05.000Z",
  pid: 77,
  device: "GPU",
  engine: { name: "batching", versions: { openvino: "2026.4", "openvino-genai": "2026.4.1" } },
  engines: [
    {
      name: "batching",
      state: "ready",
      reason: null,
      versions: { openvino: "2026.4", "openvino-genai": "2026.4.1" },
      devices: ["CPU", "GPU"],
    },
    { ...native, state: "missing", reason: "It is not\nthere." },
  ],
  registered: 3,
  on_disk: 2,
  loaded: ["a", "b"],
};
let answer: unknown = well;
const keys: (string | null)[] = [];
const server = Bun.serve({
  port: 0,
  fetch: (request) => {
    keys.push(request.headers.get("authorization"));
    return Response.json(answer, { status: answer === well ? 200 : 503 });
  },
});
afterAll(() => server.stop(true));

test("a server that is well: its figures and exit code 0", async () => {
  answer = well;
  const { code, out, err } = await runCli(["health", ...toTarget(server)], { home });
  expect([code, err]).toEqual([0, ""]);
  expect(out).toBe(
    [
      "status   ok",
      `server   http://127.0.0.1:${server.port}, pid 77`,
      "version  0.1.0",
      "started  2026-01-02T03:04:05.000Z",
      "device   GPU",
      "engine   batching (in use): ready, openvino 2026.4, openvino-genai 2026.4.1, devices CPU, GPU",
      "engine   native: missing: It is not there.",
      "models   3 registered, 2 on disk, 2 loaded",
      "loaded   a, b",
      "",
    ].join("\n"),
  );
});

test("a degraded server: why, and exit code 1", async () => {
  answer = {
    ...well,
    status: "degraded",
    reason: "The registry is broken.",
    device: null,
    engine: null,
    engines: [{ ...native, state: "broken", reason: "It fell over." }],
    loaded: [],
  };
  const { code, out } = await runCli(["health", ...toTarget(server)], { home });
  expect(code).toBe(1);
  expect(out).toStartWith("status   degraded: The registry is broken.\n");
  expect(out).toContain("engine   native: broken: It fell over.\n");
});

test("--json prints the answer, and the key and address may come from the environment", async () => {
  answer = well;
  const env = { OV_HOST: "0.0.0.0", OV_PORT: String(server.port), OV_API_KEY: "key-of-test" };
  const { code, out } = await runCli(["health", "--json"], { home, env });
  expect([code, JSON.parse(out)]).toEqual([0, well]);
  expect(keys.at(-1)).toBe("Bearer key-of-test");
});

test("a proxy of the environment is not asked", async () => {
  const proxy = `http://127.0.0.1:${await findFreePort()}`;
  const { code } = await runCli(["health", ...toTarget(server)], {
    home,
    env: { HTTP_PROXY: proxy, http_proxy: proxy },
  });
  expect(code).toBe(0);
});

test("something else on the port is not taken for ov-llm", async () => {
  answer = { status: "ok" };
  const { code, err } = await runCli(["health", ...toTarget(server)], { home });
  expect(code).toBe(1);
  expect(err).toMatch(/^error: What answers at .* is not an ov-llm of this version .*\n$/);
});

test("no server: one line with the next step and exit code 1", async () => {
  const port = await findFreePort();
  expect(await runCli(["health", "--port", String(port)], { home })).toEqual({
    code: 1,
    out: "",
    err: `error: No server answers at http://127.0.0.1:${port} (connection refused). Start it with "ov-llm serve", or name another with --host and --port.\n`,
  });
});
