import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChatTurn } from "../../../cli/chat/answer.ts";
import { saveConversation } from "../../../cli/chat/save.ts";
import { createTempDir } from "../../helpers/temp.ts";

const turns: ChatTurn[] = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "Why?" },
  { role: "assistant", content: "Because.\n" },
];

test("a conversation is saved as Markdown, or as JSON where the name says so, for its owner alone", () => {
  const dir = createTempDir();
  const own = new Set<string>();
  const [markdown, json] = ["a.md", "a.json"].map((name) =>
    saveConversation(join(dir, name), "m", turns, own),
  );
  expect(readFileSync(markdown ?? "", "utf8")).toBe(
    "# Chat with m\n\n## Instructions\n\nBe brief.\n\n## Question\n\nWhy?\n\n## Answer\n\nBecause.\n",
  );
  expect(JSON.parse(readFileSync(json ?? "", "utf8"))).toEqual({ model: "m", messages: turns });
  expect(statSync(json ?? "").mode & 0o777).toBe(0o600);
});

test("a file of its own is saved again; any other one is left as it is, with a sentence that names it", () => {
  const dir = createTempDir();
  const own = new Set<string>();
  const mine = saveConversation(join(dir, "mine.md"), "m", turns, own);
  saveConversation(mine, "n", [], own);
  expect(readFileSync(mine, "utf8")).toBe("# Chat with n\n");
  const other = join(dir, "other.md");
  writeFileSync(other, "kept");
  mkdirSync(join(dir, "folder"));
  for (const path of [other, join(dir, "folder")]) {
    expect(() => saveConversation(path, "m", turns, own)).toThrow(
      `Cannot save the conversation in ${JSON.stringify(path)}: it already exists. Name a new file.`,
    );
  }
  expect(() => saveConversation(join(dir, "none/a.md"), "m", turns, own)).toThrow("ENOENT");
  expect([readFileSync(other, "utf8"), [...own]]).toEqual(["kept", [mine]]);
});
