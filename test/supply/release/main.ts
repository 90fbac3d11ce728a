/**
 * `bun run release`: the files of a release, in dist/release, each tried in a clean folder. `--url URL` names the address where
 * they will lie, `--maintainer "NAME <MAIL>"` who answers for the Debian packages. Needs npm, for bun's runtimes.
 */
import { join } from "node:path";
import { writeError, writeOut } from "../../../cli/terminal.ts";
import { runProgram } from "../../../src/linux/program.ts";
import { root } from "../text.ts";
import { help, parseOptions, type ReleaseOptions } from "./options.ts";
import { createRelease } from "./release.ts";
import { allArchitectures } from "./runtime.ts";
import { tryLintian, tryRelease } from "./try.ts";

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) await writeOut(help);
  else await makeRelease(options);
} catch (error) {
  writeError(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function makeRelease(options: ReleaseOptions): Promise<void> {
  const folder = join(root, "dist/release");
  const mtime = await readTime();
  const files = await createRelease({ ...options, architectures: allArchitectures, folder, mtime });
  for (const file of files) console.log(`dist/release/${file}`);
  for (const tried of await tryRelease(folder)) console.log(tried);
  console.log(await tryLintian(folder));
}

/** When the sources were made, in seconds since 1970: SOURCE_DATE_EPOCH (reproducible-builds.org), else of the last commit. */
async function readTime(): Promise<number> {
  const given = process.env.SOURCE_DATE_EPOCH || undefined;
  const { stdout, reason } = await runProgram(["git", "-C", root, "log", "-1", "--format=%ct"]);
  const time = Number(given ?? (reason === null ? stdout.trim() : 315_532_800));
  if (!Number.isSafeInteger(time))
    throw new Error(`SOURCE_DATE_EPOCH is "${given}", which is no number of seconds`);
  return time;
}
