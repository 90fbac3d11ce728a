import { defineCommand } from "citty";
import { type LoadedSettings, loadSettings } from "../../src/config/load.ts";
import { action } from "../action.ts";
import { toFlags, toSettingArgs } from "../args.ts";
import { serveModels } from "./serve.ts";

/** Started by a chat, never by a person: as `serve`, but on one port, and it ends with the chat, which holds the other end of stdin. */
export const chatServer = defineCommand({
  meta: { name: "chat-server", description: "Serves for one chat; started by it", hidden: true },
  args: toSettingArgs(),
  run: action(async ({ args }) => {
    const leave = () => process.kill(process.pid, "SIGTERM");
    const served = serveModels(withOnePort(loadSettings({ flags: toFlags(args) })));
    process.stdin.once("close", leave).resume();
    try {
      return await served;
    } finally {
      process.stdin.off("close", leave);
    }
  }),
});

/** The other ports are the service's, which may run beside it, and no chat asks on them. */
function withOnePort(loaded: LoadedSettings): LoadedSettings {
  return { ...loaded, settings: { ...loaded.settings, ollamaPort: null, wyomingPort: null } };
}
