import { defineCommand } from "citty";
import { loadSettings } from "../../src/config/load.ts";
import {
  actOnService,
  readServiceState,
  type ServiceAction,
  type ServiceState,
  unit,
} from "../../src/library/service.ts";
import { action } from "../action.ts";
import { type ByHand, explainMissingService, findByHand } from "../by-hand.ts";
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
      const { variables } = loadSettings();
      await readServiceState(variables).catch(async (error: unknown) => {
        throw await explainMissingService(error, what);
      });
      await actOnService(what, variables);
      await writeLines(`The service ${unit} ${done[what]}.`);
      return 0;
    }),
  });
}

export const start = createVerb(
  "start",
  "start",
  "Start the user service that install.sh or the Debian package has set up",
);
export const stopServer = createVerb("stop-server", "stop", "Stop the service after its running requests");
export const restart = createVerb("restart", "restart", "Restart the service after its running requests");

const args = { json: { type: "boolean", description: "Print it as JSON" } } as const;

export const status = defineCommand({
  meta: { name: "status", description: "Show whether the server runs; exit code 0 only if it does" },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const { state, byHand } = await readState();
    const shown = byHand === null ? state : { active: "by_hand", enabled: false, pid: byHand.pid };
    if (given.json === true) await writeOut(`${JSON.stringify(shown, null, 2)}\n`);
    else await writeLines(byHand === null ? describe(state) : describeByHand(byHand));
    return byHand !== null || state?.active === "active" ? 0 : 1;
  }),
});

type Found = { state: ServiceState; byHand: null } | { state: null; byHand: ByHand };

/** The service; where there is none, a server that runs without it. Throws what systemd reports where there is neither. */
async function readState(): Promise<Found> {
  try {
    return { state: await readServiceState(loadSettings().variables), byHand: null };
  } catch (error) {
    const byHand = await findByHand();
    if (byHand === null) throw error;
    return { state: null, byHand };
  }
}

function describe({ active, enabled, pid }: ServiceState): string {
  const since = active === "active" ? `, pid ${pid}` : "";
  const starts = enabled ? "starts by itself" : "does not start by itself";
  return `The service ${unit} is ${active}${since}; it ${starts}. "ov-llm health" asks the server.`;
}

function describeByHand({ url, pid }: ByHand): string {
  return `A server that was started by hand answers at ${url}, pid ${pid}; it does not start by itself. "ov-llm health" asks it.`;
}
