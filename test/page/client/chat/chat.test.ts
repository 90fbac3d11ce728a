import { expect, test } from "bun:test";
import { createChat } from "../../../../src/page/client/chat/chat.ts";

/** A chat whose answers are these pieces of text, and then, where they are whole, the mark of the end. */
function createTestChat(pieces: string[], isWhole: boolean) {
  return createChat({
    async *stream() {
      for (const content of pieces) {
        const chunk = { choices: [{ index: 0, delta: { content }, finish_reason: null }] };
        yield { name: "message", data: JSON.stringify(chunk) };
      }
      if (isWhole) yield { name: "message", data: "[DONE]" };
    },
  });
}

test.each([
  ["whole", true, { state: "done", note: null }],
  ["cut", false, { state: "failed", note: "The connection was closed before the answer was whole." }],
])("an answer that is %s is shown as that, with its text", async (_, isWhole, expected) => {
  const chat = createTestChat(["one ", "two"], isWhole);
  await chat.send("Hi");
  expect(chat.turns.value.at(-1)).toMatchObject({ ...expected, rounds: [{ text: "one two" }] });
  expect(chat.writing.value).toBe(false);
});
