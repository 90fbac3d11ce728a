import { defineCommand } from "citty";
import { loadSettings } from "../../src/config/load.ts";
import { settingNamesOf } from "../../src/config/settings.ts";
import { OvError } from "../../src/errors.ts";
import { action } from "../action.ts";
import { toFlags, toSettingArgs } from "../args.ts";
import { runPull, toPullOptions } from "../convert/pull.ts";
import { untilStopped } from "../stop.ts";

const args = {
  repo: { type: "positional", description: "OWNER/MODEL of the hub" },
  quant: { type: "string", description: "Which .gguf file" },
  ...toSettingArgs(settingNamesOf("convert")),
} as const;

/** Started by the server, never by a person: nobody answers questions or reads warnings, and it ends with the server. */
export const pullHost = defineCommand({
  meta: { name: "pull-host", description: "Pulls one model; started by the server", hidden: true },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const quant = typeof given.quant === "string" ? given.quant : null;
    const options = toPullOptions(loadSettings({ flags: toFlags(given) }), {
      repo: given._[0] ?? "",
      quant,
      unattended: true,
    });
    return await untilStopped((stopped) => {
      const signal = AbortSignal.any([stopped, watchServer()]);
      return runPull(options, { view: null, json: true, signal });
    });
  }),
});

/** Aborts when the server, which holds the other end of stdin, is gone. */
function watchServer(): AbortSignal {
  const gone = new AbortController();
  const leave = () => gone.abort(new OvError("shutting_down", "The server has ended."));
  process.stdin.on("end", leave).on("close", leave).resume();
  process.stdin.unref();
  return gone.signal;
}
