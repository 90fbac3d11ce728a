import { defineCommand } from "citty";
import { Health } from "../../src/api/operate/health.ts";
import { action } from "../action.ts";
import { toServerArgs } from "../args.ts";
import { askServer, findServer } from "../server.ts";
import { paint, renderBlock, toOneLine, writeOut } from "../terminal.ts";

type EngineHealth = Health["engines"][number];

export const health = defineCommand({
  meta: {
    name: "health",
    description: "Show the health of the running server; exit code 0 only if everything is healthy",
  },
  args: {
    ...toServerArgs(),
    json: { type: "boolean", description: "Print the server's answer as JSON" },
  },
  run: action(async ({ args }) => {
    const server = findServer(args);
    const answer = await askServer(server, "/health", Health, 5);
    await writeOut(
      args.json === true ? `${JSON.stringify(answer, null, 2)}\n` : renderHealth(answer, server.url),
    );
    return answer.status === "ok" ? 0 : 1;
  }),
});

/** One kind of engine in a line: whether it runs, and what it is or why it does not. */
function renderEngine({ name, state, reason, versions, devices }: EngineHealth, preferred?: string): string {
  const known = Object.entries(versions).map(([part, version]) => `${part} ${version}`);
  const what = state === "ready" ? [...known, `devices ${devices.join(", ")}`] : [reason ?? "not known yet"];
  const shown = state === "ready" ? [state, ...what].join(", ") : `${state}: ${what.join(", ")}`;
  return `${name}${name === preferred ? " (in use)" : ""}: ${shown}`;
}

function renderHealth(answer: Health, url: string): string {
  const status = paint(answer.status === "ok" ? "green" : "yellow", answer.status);
  const models = `${answer.registered} registered, ${answer.on_disk} on disk, ${answer.loaded.length} loaded`;
  const lines: [string, string][] = [
    ["status", answer.reason === null ? status : `${status}: ${toOneLine(answer.reason)}`],
    ["server", `${url}, pid ${answer.pid}`],
    ["version", answer.version],
    ["started", answer.started],
    ["device", answer.device ?? "not known yet"],
    ...answer.engines.map((engine): [string, string] => [
      "engine",
      renderEngine(engine, answer.engine?.name),
    ]),
    ["models", models],
    ["loaded", answer.loaded.length === 0 ? "none" : answer.loaded.join(", ")],
  ];
  return renderBlock(
    lines.map(([label]) => label),
    lines.map(([label, value]) => (label === "status" ? value : toOneLine(value))),
  );
}
