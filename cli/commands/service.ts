import { defineCommand } from "citty";
import { loadSettings } from "../../src/config/load.ts";
import { actOnService, readServiceState, type ServiceAction, unit } from "../../src/library/service.ts";
import { action } from "../action.ts";
import { writeLines, writeOut } from "../terminal.ts";

const done: Record<ServiceAction, string> = {
  start: "is started",
  stop: "is stopped; running requests have ended",
  restart: "is restarted",
};

/** A thin word over `systemctl --user`. */
function createVerb(name: string, what: ServiceAction, description: string) {
  return defineCommand({
    meta: { name, description },
    run: action(async () => {
      await actOnService(what, loadSettings().variables);
      await writeLines(`The service ${unit} ${done[what]}.`);
      return 0;
    }),
  });
}

export const start = createVerb(
  "start",
  "start",
  "Start the server as a user service, which install.sh or the Debian package has set up",
);
export const stopServer = createVerb("stop-server", "stop", "Stop that service, after its running requests");
export const restart = createVerb("restart", "restart", "Restart that service");

const args = { json: { type: "boolean", description: "Print it as JSON" } } as const;

export const status = defineCommand({
  meta: { name: "status", description: "Show whether the service runs; exit code 0 only if it does" },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const state = await readServiceState(loadSettings().variables);
    const { active, enabled, pid } = state;
    const since = active === "active" ? `, pid ${pid}` : "";
    const starts = enabled ? "starts by itself" : "does not start by itself";
    if (given.json === true) await writeOut(`${JSON.stringify(state, null, 2)}\n`);
    else
      await writeLines(
        `The service ${unit} is ${active}${since}; it ${starts}. "ov-llm health" asks the server.`,
      );
    return active === "active" ? 0 : 1;
  }),
});
