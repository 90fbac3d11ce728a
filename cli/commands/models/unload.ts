import { defineCommand } from "citty";
import { action } from "../../action.ts";
import { toServerArgs } from "../../args.ts";
import { actOnModel } from "../../models/act.ts";
import { writeLines } from "../../terminal.ts";

const args = {
  name: { type: "positional", valueHint: "model", description: "The model's name or alias" },
  ...toServerArgs(),
} as const;

export const unload = defineCommand({
  meta: {
    name: "models unload",
    description: "Unload a model in the running server, after its running requests",
  },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const { id, loaded } = await actOnModel(given, "unload");
    await writeLines(
      loaded ? `"${id}" was unloaded, but a request has reloaded it.` : `"${id}" is unloaded.`,
    );
    return 0;
  }),
});
