import { advise } from "./advice.ts";
import { type Expected, type Fault, findFault } from "./scan.ts";

/** How much of the text an error quotes on either side of the place. */
const nearby = 20;

const words: Record<Expected, string> = {
  value: "a value is expected",
  key: "a key in double quotes is expected",
  colon: "a colon is expected",
  next: "a comma or a closing bracket is expected",
  after: "the end is expected",
  character: "a string is not closed",
  escape: "an escape is not valid",
};

/**
 * Where and why a text is not valid JSON, and how to repair it, as the end of an error after a colon; the runtime's own
 * error does not state where.
 */
export function explainFault(text: string): string {
  const fault = findFault(text);
  if (fault === null) return "it cannot be parsed.";
  const near = JSON.stringify(text.slice(Math.max(0, fault.at - nearby), fault.at + nearby));
  const sentence = `${words[fault.expected]} at ${toPlace(text, fault)}, near ${near}.`;
  return [sentence, advise(text, fault)].filter((part) => part !== "").join(" ");
}

/** Both count from 1. */
function toPlace(text: string, { at }: Fault): string {
  const before = text.slice(0, at).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
