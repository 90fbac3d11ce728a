import { describe, expect, test } from "bun:test";
import { toTemplateMessages } from "../../src/chat/messages.ts";
import { OvError } from "../../src/errors.ts";

describe("messages for the chat template", () => {
  test("joins text parts, names developers system, and takes no content as the empty text", () => {
    const messages = toTemplateMessages([
      { role: "developer", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "Hello " },
          { type: "text", text: "you" },
        ],
      },
      { role: "assistant", content: null },
      { role: "tool", content: "42" },
      { role: "assistant" },
    ]);
    expect(messages).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hello you" },
      { role: "assistant", content: "" },
      { role: "tool", content: "42" },
      { role: "assistant", content: "" },
    ]);
  });

  const refused: [string, { type: string; text?: string }, string, string][] = [
    ["an image", { type: "image_url" }, "unsupported_parameter", "image_url"],
    ["a text part without text", { type: "text" }, "invalid_request", "without"],
  ];
  for (const [name, part, code, words] of refused) {
    test(`refuses ${name}, naming where it stands`, () => {
      const convert = () =>
        toTemplateMessages([
          { role: "user", content: "x" },
          { role: "user", content: [{ type: "text", text: "a" }, part] },
        ]);
      expect(convert).toThrow(OvError);
      try {
        convert();
      } catch (error) {
        expect(error).toMatchObject({ code, param: "messages[1].content[1]" });
        expect(String(error)).toContain(words);
      }
    });
  }
});
