import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { runCli } from "../cli/run-cli.ts";
import { smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const servers: TestServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.stop("SIGKILL"))));

async function send(server: TestServer, method: string, path: string, body: object): Promise<number> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await response.text();
  return response.status;
}

const named = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}-${at}`);

test("two daemons and commands that write one registry at once lose nothing, and each sees all of it", async () => {
  const first = await startServer({ home });
  servers.push(first);
  const registry = () => JSON.parse(readFileSync(first.registryPath, "utf8")).models[smol];
  const second = await startServer({ home, models: { [smol]: registry() } });
  servers.push(second);
  const [ofFirst, ofSecond, ofCommands] = [named("one", 20), named("two", 20), named("cli", 4)];
  const copy = (server: TestServer) => (destination: string) =>
    send(server, "POST", "/api/copy", { source: smol, destination });
  const commands = ofCommands.map((name) => runCli(["models", "alias", smol, name], { home }));
  const copied = await Promise.all([...ofFirst.map(copy(first)), ...ofSecond.map(copy(second))]);
  expect(copied.filter((status) => status !== 200)).toEqual([]);
  for (const { code, err } of await Promise.all(commands))
    expect([code, err]).toEqual([0, expect.any(String)]);

  const all = [...ofFirst, ...ofSecond, ...ofCommands];
  expect(registry().aliases.toSorted()).toEqual(all.toSorted());
  for (const server of servers) {
    for (const name of all) expect((await fetch(`${server.url}/v1/models/${name}`)).status).toBe(200);
  }

  const removed = await Promise.all(
    all.map((name, at) => send(at % 2 === 0 ? first : second, "DELETE", "/api/delete", { model: name })),
  );
  expect(removed.filter((status) => status !== 200)).toEqual([]);
  expect(registry().aliases ?? []).toEqual([]);
  for (const server of servers) {
    expect(server.log().filter((line) => / (WARN|ERROR) /.test(line) && /registry/i.test(line))).toEqual([]);
    expect((await fetch(`${server.url}/v1/models/${all[0]}`)).status).toBe(404);
  }
});
