import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { repo } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { readBlocks, toLines } from "./readme.ts";
import { runCli } from "./run-cli.ts";

const home = createTempDir();
const files = ["README.md", ...readdirSync(join(repo, "docs")).filter((name) => name.endsWith(".md"))].map(
  (name) => (name === "README.md" ? name : `docs/${name}`),
);
const blocks = (await Promise.all(files.map((file) => readBlocks(file)))).flat();
const lines = [...new Set(blocks.flatMap(toLines))];
const ours = lines.filter((line) => /(^|\| )ov-llm /.test(line));

test("every block of the documents is what bash can read", async () => {
  for (const block of blocks) {
    // A place to fill in, as <this repository>, is no redirection.
    const script = block.replace(/<[a-z ]+>/g, "PLACE");
    const { exitCode, stderr } = await Bun.$`bash -n < ${new Response(script)}`.quiet().nothrow();
    expect([block, exitCode, stderr.toString()]).toEqual([block, 0, ""]);
  }
  expect(blocks.length).toBeGreaterThan(8);
});

test.each(ours)("%s: the command and its flags exist", async (line) => {
  const [, call = ""] = /(?:^|\| )ov-llm ([^|>]*)/.exec(line) ?? [];
  const words = call
    .trim()
    .split(/\s+/)
    .filter((word) => !word.startsWith('"'));
  const { code, out, err } = await runCli([...words, "--help"], { home });
  expect([code, err]).toEqual([0, ""]);
  const flags = words.filter((word) => word.startsWith("--")).map((word) => word.split("=")[0] ?? "");
  for (const flag of flags) expect(out).toContain(flag);
});

test.each(lines.filter((line) => line.includes("install.sh")))("%s: the options exist", async (line) => {
  const help = await Bun.$`bash ${join(repo, "install.sh")} --help`.text();
  for (const [option] of line.matchAll(/(?<=install\.sh.*)--[\w-]+/g)) expect(help).toContain(option);
});
