import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createModelHome } from "../../helpers/model-home.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { runCli } from "../run-cli.ts";

const home = createTempDir();
const shells = ["bash", "zsh", "fish"];

async function scriptOf(shell: string): Promise<string> {
  const { code, out, err } = await runCli(["completion", shell], { home });
  expect([code, err]).toEqual([0, ""]);
  const path = join(home, `completion.${shell}`);
  writeFileSync(path, out);
  return path;
}

describe("completion for bash", () => {
  test.each([
    ["ov-llm ser", ["serve"]],
    ["ov-llm models a", ["add", "alias"]],
    ["ov-llm models set --reg", ["--registry-path"]],
    ["ov-llm serve --max-t", ["--max-tokens"]],
    ["ov-llm completion --he", ["--help"]],
    ["ov-llm nonsense x", []],
  ])("of %j offers %j", async (line, expected) => {
    const path = await scriptOf("bash");
    const words = line.split(" ");
    const script = `. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ov_llm; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const out = await Bun.$`bash -c ${script} bash ${path} ${words}`.text();
    expect(out.trim().split("\n").filter(Boolean)).toEqual(expected);
  });
});

test("the names of models complete what takes one, harmless ones only", async () => {
  const { home: own, registryPath } = createModelHome();
  const entry = { path: "/m", task: "text-generation-with-past", weight_format: "int8" };
  const models = { "qwen3-4b": { ...entry, aliases: ["chat:latest"] }, "a $(touch /tmp/x)": entry };
  writeFileSync(registryPath, JSON.stringify({ version: 1, models }));
  const { out } = await runCli(["completion", "models"], { home: own });
  expect(out).toBe("chat:latest\nqwen3-4b\n");
  const path = await scriptOf("bash");
  const script = `ov-llm() { echo qwen3-4b; }; . "$1"; COMP_WORDS=(ov-llm models rm qw); COMP_CWORD=3; _ov_llm; echo "\${COMPREPLY[@]}"`;
  expect(await Bun.$`bash -c ${script} bash ${path}`.text()).toBe("qwen3-4b\n");
});

describe("a completion script", () => {
  test.each(shells)("for %s has every command and the flags of those below them", async (shell) => {
    const text = await Bun.file(await scriptOf(shell)).text();
    for (const word of ["serve", "backfill", "max-tokens", "force"]) expect(text).toContain(word);
    expect(text).not.toContain("pull-host");
  });

  test.each(shells)("for %s is one that the shell reads", async (shell) => {
    const found = Bun.which(shell);
    if (found === null) return;
    const path = await scriptOf(shell);
    const run = await Bun.$`${found} -n ${path}`.quiet().nothrow();
    expect([run.exitCode, run.stderr.toString()]).toEqual([0, ""]);
  });

  test("for another shell is refused with the three that there are", async () => {
    expect(await runCli(["completion", "tcsh"], { home })).toMatchObject({
      code: 2,
      err: 'error: Cannot complete for "tcsh": the shells are bash, zsh and fish.\n',
    });
  });
});

test("the manual page has every command, flag and variable, and man finds nothing wrong with it", async () => {
  const { code, out } = await runCli(["man"], { home });
  expect(code).toBe(0);
  for (const part of [".SH NAME", "models set", "\\-\\-max\\-tokens", "OV_API_KEY", ".SH FILES"])
    expect(out).toContain(part);
  const groff = Bun.which("groff");
  if (groff === null) return;
  const run = await Bun.$`${groff} -man -Tutf8 -ww -z < ${new Response(out)}`.quiet().nothrow();
  expect([run.exitCode, run.stderr.toString()]).toEqual([0, ""]);
});
