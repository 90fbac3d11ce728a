import { defineCommand } from "citty";
import { loadSettings } from "../../src/config/load.ts";
import { action } from "../action.ts";
import { toFlags, toSettingArgs } from "../args.ts";

export const serve = defineCommand({
  meta: { name: "serve", description: "Serve the registered models over HTTP" },
  args: toSettingArgs(),
  run: action(async ({ args }) => {
    const loaded = loadSettings({ flags: toFlags(args) });
    const { runDaemon } = await import("../../src/daemon/daemon.ts");
    return await runDaemon(loaded);
  }),
});
