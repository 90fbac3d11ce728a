import { defineCommand } from "citty";
import { renderBytes } from "../../../src/bytes.ts";
import { action } from "../../action.ts";
import { toServerArgs } from "../../args.ts";
import { actOnModel } from "../../models/act.ts";
import { writeLines } from "../../terminal.ts";

const args = {
  name: { type: "positional", valueHint: "model", description: "The model's name or alias" },
  ...toServerArgs(),
} as const;

export const load = defineCommand({
  meta: {
    name: "models load",
    description: "Load a model in the running server, and wait until it is ready",
  },
  args,
  run: action<typeof args>(async ({ args: given }) => {
    const { id, device, memory_bytes: memory } = await actOnModel(given, "load");
    const held = memory === null ? "" : `, ${renderBytes(memory)} of memory`;
    await writeLines(`"${id}" is loaded (${device}${held}).`);
    return 0;
  }),
});
