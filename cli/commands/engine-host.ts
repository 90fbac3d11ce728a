import { defineCommand } from "citty";
import { runNativeHost } from "../../src/hosts/native/host.ts";
import { probeAddon } from "../../src/hosts/native/load-addon.ts";
import { action, reportError } from "../action.ts";
import { writeOut } from "../terminal.ts";

const args = {
  dir: { type: "string", required: true, description: "The folder with the addon's packages" },
  probe: { type: "boolean", description: "Only print what the addon says of itself, as JSON" },
} as const;

/** Started by ov-llm itself, never by a person. */
export const engineHost = defineCommand({
  meta: { name: "engine-host", description: "Runs one model; started by the server", hidden: true },
  args,
  run: action<typeof args>(async ({ args: { dir, probe } }) => {
    if (probe === true) return await print(dir);
    await runNativeHost(dir).catch(reportError);
    // An orderly end would wait for the engine's threads, and those wait for nobody.
    process.kill(process.pid, "SIGKILL");
    return 1;
  }),
});

async function print(dir: string): Promise<number> {
  await writeOut(`${JSON.stringify(await probeAddon(dir))}\n`);
  return 0;
}
