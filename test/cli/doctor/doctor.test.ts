import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { Diagnosis } from "../../../src/api/operate/doctor.ts";
import { createTestApp } from "../../helpers/app.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { findFreePort, runCli, toTarget } from "../run-cli.ts";

setDefaultTimeout(180_000);
const app = createTestApp();
const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => app.handle(request, "-") });
afterAll(() => server.stop(true));

const doctor = (...args: string[]) => runCli(["doctor", "--offline", ...args], { home: createTempDir() });

function parse(text: string): Record<string, string> {
  const { findings } = Value.Decode(Diagnosis, JSON.parse(text));
  return Object.fromEntries(findings.map(({ check, status, what }) => [check, `${status} ${what}`]));
}

describe("ov-llm doctor", () => {
  test("on a box with nothing: what is missing, and exit code 1", async () => {
    const { code, out } = await doctor("--json", "--port", String(await findFreePort()));
    expect(code).toBe(1);
    expect(parse(out)).toMatchObject({
      engine: expect.stringMatching(/^fail .*ov-llm setup/),
      models: expect.stringMatching(/^warn No models are registered/),
      server: expect.stringMatching(/^warn No server answers at .*ov-llm serve/),
      cpu: expect.any(String),
      disk: expect.any(String),
    });
    expect(out).not.toContain('"hub"');
  });

  test("sees the running server, and who has a port that none answers on", async () => {
    expect(parse((await doctor("--json", ...toTarget(server))).out)).toMatchObject({
      server: expect.stringMatching(/^warn ov-llm 0 answers at http:\/\/127\.0\.0\.1:/),
      use: expect.stringMatching(/^ok No model is loaded now/),
    });
    const other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hello") });
    const { out } = await doctor("--json", ...toTarget(other));
    await other.stop(true);
    expect(parse(out).server).toMatch(
      /^fail .*not an ov-llm.*: "bun" \(pid \d+\) listens there\. Name the right one with --host and --port\.$/,
    );
  });

  test("prints lines for people, and asks nothing where nobody can answer", async () => {
    const { code, out, err } = await doctor(...toTarget(server));
    expect([code, err]).toEqual([1, ""]);
    expect(out).toMatch(/^fail {2}engine +.*\n/m);
    expect(out).toMatch(/\n\n\d failure.*\.\n$/);
  });

  test("a trial without a model names how to get one", async () => {
    const { code, err } = await doctor("--trial", ...toTarget(server));
    expect([code, err]).toEqual([1, expect.stringContaining("ov-llm setup --starter")]);
    expect((await doctor("--trial", "--model", "m", ...toTarget(server))).err).toContain(
      'Cannot find model "m"',
    );
  });

  test("a wrong command line is exit code 2", async () => {
    expect((await doctor("--trail")).code).toBe(2);
  });
});

test("GET /v1/doctor gives what the server finds", async () => {
  const answer: unknown = await (await app.get("/v1/doctor")).json();
  expect(answer).toEqual({ status: "ok", findings: [] });
});
