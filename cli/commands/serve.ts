import { defineCommand } from "citty";
import { type LoadedSettings, loadSettings } from "../../src/config/load.ts";
import { action } from "../action.ts";
import { toFlags, toSettingArgs } from "../args.ts";

export const serve = defineCommand({
  meta: { name: "serve", description: "Serve the registered models over HTTP" },
  args: toSettingArgs(),
  run: action(async ({ args }) => await serveModels(loadSettings({ flags: toFlags(args) }))),
});

/** Until a signal ends it; the exit code. */
export async function serveModels(loaded: LoadedSettings): Promise<number> {
  const { runDaemon } = await import("../../src/daemon/daemon.ts");
  return await runDaemon(loaded);
}
