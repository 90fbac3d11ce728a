import { defineCommand } from "citty";
import { action } from "../action.ts";
import { listFlaglessSettings } from "../args.ts";
import { type Commands, describeAll } from "../help/describe.ts";
import { renderMan } from "../help/man.ts";
import { writeOut } from "../terminal.ts";

/** `commands`: those of the page. */
export function createMan(commands: Commands, description: string) {
  return defineCommand({
    meta: { name: "man", description: "Print the manual page" },
    run: action(async () => {
      const described = await describeAll(commands);
      const program = { words: "", description, arguments: [], flags: [], commands: described };
      await writeOut(renderMan(program, listFlaglessSettings()));
      return 0;
    }),
  });
}
