import { defineCommand } from "citty";
import { loadSettings } from "../../src/config/load.ts";
import { action } from "../action.ts";
import { toFlags, toSettingArgs } from "../args.ts";

export const serve = defineCommand({
  meta: { name: "serve", description: "Serve the registered models over HTTP" },
  args: toSettingArgs(),
  run: action(async ({ args }) => await serveModels(args)),
});

/** Until a signal ends it; the exit code. `args`: as citty parses those of `serve`. */
export async function serveModels(args: Record<string, unknown>): Promise<number> {
  const loaded = loadSettings({ flags: toFlags(args) });
  const { runDaemon } = await import("../../src/daemon/daemon.ts");
  return await runDaemon(loaded);
}
