import { expect, test } from "bun:test";
import { join } from "node:path";
import { repo } from "../helpers/server.ts";

const python = Bun.which("python3");
const note = "Ctrl-C again ends at once; the next run then cleans up.";

test.skipIf(python === null)(
  "the first Ctrl-C says what a second one does, and that ends the program at once (skipped without python3)",
  async () => {
    const steps = [
      ["working", "\u0003"],
      [note, "\u0003"],
    ];
    const run =
      await Bun.$`${python} ${join(repo, "test/helpers/terminal_session.py")} ${JSON.stringify(steps)} ${process.execPath} ${join(import.meta.dir, "stop.fixture.ts")}`
        .quiet()
        .nothrow();
    expect([run.exitCode, run.stdout.toString()]).toEqual([130, expect.stringContaining(note)]);
  },
  180_000,
);
