import { defineCommand } from "citty";
import { action, UsageError } from "../action.ts";
import { shells } from "../completion/shells.ts";
import { type Commands, describeAll } from "../help/describe.ts";
import { writeOut } from "../terminal.ts";

const args = {
  shell: { type: "positional", description: "bash, zsh or fish" },
} as const;

/** `commands`: those that it completes. */
export function createCompletion(commands: Commands) {
  return defineCommand({
    meta: {
      name: "completion",
      description: "Print the script with which a shell completes commands and flags",
    },
    args,
    run: action<typeof args>(async ({ args: { shell } }) => {
      const [, render] = Object.entries(shells).find(([name]) => name === shell) ?? [];
      if (render === undefined) {
        throw new UsageError(
          `Cannot complete for ${JSON.stringify(shell)}: the shells are bash, zsh and fish.`,
        );
      }
      await writeOut(render(await describeAll(commands)));
      return 0;
    }),
  });
}
