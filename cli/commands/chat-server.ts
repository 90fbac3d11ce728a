import { defineCommand } from "citty";
import { action } from "../action.ts";
import { toSettingArgs } from "../args.ts";
import { serveModels } from "./serve.ts";

/** Started by a chat, never by a person: as `serve`, but it ends with the chat, which holds the other end of stdin. */
export const chatServer = defineCommand({
  meta: { name: "chat-server", description: "Serves for one chat; started by it", hidden: true },
  args: toSettingArgs(),
  run: action(async ({ args }) => {
    const leave = () => process.kill(process.pid, "SIGTERM");
    const served = serveModels(args);
    process.stdin.once("close", leave).resume();
    try {
      return await served;
    } finally {
      process.stdin.off("close", leave);
    }
  }),
});
