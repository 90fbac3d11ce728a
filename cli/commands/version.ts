import { defineCommand } from "citty";
import { version as number } from "../../src/version.ts";
import { writeOut } from "../terminal.ts";

export const version = defineCommand({
  meta: { name: "version", description: "Print the version" },
  async run() {
    await writeOut(`${number}\n`);
    return 0;
  },
});
