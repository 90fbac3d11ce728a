// A command that ends in the way its first argument names.
import { defineCommand, runCommand } from "citty";
import { action, UsageError } from "../../cli/action.ts";
import { OvError } from "../../src/errors.ts";

const ends: Record<string, () => number> = {
  known: () => fail(new OvError("port_in_use", "The port is taken. Free it.")),
  setting: () => fail(new OvError("invalid_setting", "Bad value.")),
  usage: () => fail(new UsageError("Unknown flag.")),
  lines: () => fail(new OvError("setup_failed", "one\n two\n\u001b[31m")),
  unknown: () => fail(new Error("boom")),
  text: () => fail("thrown text"),
  fine: () => 7,
};

function fail(error: unknown): never {
  throw error;
}

const command = defineCommand({ run: action(async () => ends[process.argv[2] ?? ""]?.() ?? 99) });
const { result } = await runCommand(command, { rawArgs: [] });
process.exit(Number(result));
