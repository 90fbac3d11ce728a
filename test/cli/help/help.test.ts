import { describe, expect, test } from "bun:test";
import { examples } from "../../../cli/help/examples.ts";
import { renderHelp } from "../../../cli/help/render.ts";
import { wrap } from "../../../cli/help/wrap.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { runCli } from "../run-cli.ts";

const flag = (name: string, text: string, value: string | null = null) => ({
  name,
  short: null,
  value,
  text,
});
const command = (words: string, description: string, extra: object = {}) => ({
  words,
  description,
  arguments: [],
  flags: [],
  commands: [],
  ...extra,
});

describe("wrapped text", () => {
  test.each([
    ["one two three four five six", 20, ["one two three four", "five six"]],
    ["a-word-that-is-longer-than-the-line yes", 20, ["a-word-that-is-longer-than-the-line", "yes"]],
    ["on  one\nline", null, ["on  one\nline"]],
    ["never narrower than twenty", 3, ["never narrower than", "twenty"]],
  ])("%j at %p columns", (text, columns, lines) => {
    expect(wrap(text, columns)).toEqual(lines);
  });
});

describe("help", () => {
  const help = command("models move", "Move a model", {
    arguments: [{ name: "NAME", text: "The model's name" }],
    flags: [
      flag("to", "Where it goes, which may be any folder that the user may write to", "folder"),
      flag("a-flag-that-is-very-long-indeed", "What it does", "text"),
    ],
  });

  test("keeps each text on its line where there is no terminal", () => {
    const plain = Bun.stripANSI(renderHelp(help, null));
    expect(plain).toContain("\nUsage: ov-llm models move [OPTIONS] NAME\n");
    expect(plain).toContain("  NAME  The model's name\n");
    expect(plain).toContain("Where it goes, which may be any folder that the user may write to\n");
  });

  test("fits the terminal, and gives a wide label a line of its own", () => {
    const lines = Bun.stripANSI(renderHelp(help, 44)).split("\n");
    expect(lines.filter((line) => line.length > 44)).toEqual([]);
    const at = lines.indexOf("  --a-flag-that-is-very-long-indeed=<text>");
    expect(at).toBeGreaterThan(0);
    expect(lines[at + 1]?.trim()).toBe("What it does");
  });

  test("groups the commands of ov-llm, and shows those of no group last", () => {
    const commands = [command("zeta", "New"), command("chat", "Talk"), command("serve", "Serve")];
    const plain = Bun.stripANSI(renderHelp(command("", "It serves", { commands }), 80));
    const order = [
      "Use a model",
      "chat  Talk",
      "Run the server",
      "serve  Serve",
      "Installation and information",
      "zeta  New",
    ];
    const places = order.map((part) => plain.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  test("shows the short form of a flag before the long one", async () => {
    const { code, out } = await runCli(["logs", "--help"], { home: createTempDir() });
    expect([code, out]).toEqual([0, expect.stringMatching(/^ {2}-f, --follow {2,}\S/m)]);
  });

  test("shows a switch that is on by default as what turns it off", async () => {
    const { out } = await runCli(["chat", "--help"], { home: createTempDir() });
    expect(out).toContain("--no-history ");
    expect(out).not.toContain("--history ");
  });
});

/** Words of a line as a shell splits them, with quotes around those that hold spaces; the last command of a pipe. */
function toWords(line: string): string[] {
  const [last = ""] = line.split("| ").slice(-1);
  const [call = ""] = last.split(" > ");
  return [...call.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

test.each(Object.values(examples).flat())(
  "the example %s is a command line that ov-llm takes",
  async (line) => {
    const [program, ...words] = toWords(line);
    expect(program).toBe("ov-llm");
    // Nothing is there to run it with: only what the parser refuses ends with 2.
    const none = { OV_RUNTIME_DIR: "/nonexistent", OV_CONVERT_ENV: "/nonexistent", PATH: "/nonexistent" };
    const help = await runCli([...words, "--help"], { home: createTempDir(), env: none });
    expect(help.code).toBe(0);
    for (const word of words.filter((word) => word.startsWith("--"))) expect(help.out).toContain(`${word}`);
  },
);
