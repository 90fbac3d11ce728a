import { defineCommand } from "citty";
import { loadSettings } from "../../src/config/load.ts";
import { readSnapshot } from "../../src/registry/registry.ts";
import { listOtherNames } from "../../src/registry/schema.ts";
import { action, UsageError } from "../action.ts";
import { shells } from "../completion/shells.ts";
import { type Commands, describeAll } from "../help/describe.ts";
import { writeOut } from "../terminal.ts";

const args = {
  shell: {
    type: "positional",
    description: "bash, zsh or fish; models prints the registered names, for these scripts",
  },
} as const;

/** `commands`: those that it completes. */
export function createCompletion(commands: Commands) {
  return defineCommand({
    meta: {
      name: "completion",
      description: "Print the completion script for a shell",
    },
    args,
    run: action<typeof args>(async ({ args: { shell } }) => {
      if (shell === "models") {
        await writeOut(
          listNames()
            .map((name) => `${name}\n`)
            .join(""),
        );
        return 0;
      }
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

/** Names, aliases and presets. A shell expands what it completes with, so only harmless names are offered. */
function listNames(): string[] {
  const { entries } = readSnapshot(loadSettings().settings.registryPath);
  const names = [...entries].flatMap(([name, entry]) => [name, ...listOtherNames(entry)]);
  return names.filter((name) => /^[\w./:@+-]+$/.test(name)).sort();
}
