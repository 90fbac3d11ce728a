import type { Message } from "../measuring/load.ts";

const stack = `class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        if not self.items:
            raise IndexError("the stack is empty")
        return self.items.pop()

    def size(self):
        return len(self.items)`;
const notes =
  `The lighthouse of Kermorvan was built in 1849 and stands at the end of a small peninsula. Its light is seen
twenty-two miles away. The keeper, Yann Le Goff, lived there with two sisters until 1994. Since then the light has been automatic,
and the tower is open to visitors from April to September.`.replaceAll("\n", " ");

const fence = (code: string) => `\`\`\`python\n${code}\n\`\`\``;
const user = (content: string): Message => ({ role: "user", content });
const assistant = (content: string): Message => ({ role: "assistant", content });

/**
 * Conversations whose next answer repeats much of them, in forms that a small model follows: SmolLM2 135M really copies,
 * renames and quotes in these, where a bare "repeat this" has it write something of its own.
 */
export const repeatingTasks: Record<string, Message[]> = {
  "copied code": [
    user(`Here is my file:\n\n${fence(stack)}\n\nRepeat it.`),
    assistant(fence(stack)),
    user("Repeat it again."),
  ],
  "edited code": [
    user(`Here is my file:\n\n${fence(stack)}\n\nRename Stack to Pile.`),
    assistant(fence(stack.replace("Stack", "Pile"))),
    user("Now rename Pile to Heap, and show the whole file."),
  ],
  "quoted notes": [
    user(`${notes}\n\nRepeat this text.`),
    assistant(notes),
    user("Which sentences say who lived there, and when the tower is open? Repeat them."),
  ],
};

/** Its answer repeats nothing. */
export const story = "Write a short story about a fisherman who finds a strange letter in a bottle.";
