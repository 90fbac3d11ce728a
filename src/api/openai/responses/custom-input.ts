/**
 * A custom tool takes text where a function takes JSON (OpenAI API reference, `tools`: `custom`). Models call functions,
 * so it is offered to them as one with this argument.
 */
export const inputName = "input";

export function toCustomArguments(input: string): string {
  return JSON.stringify({ [inputName]: input });
}

/** The text in a call's arguments; of arguments that were cut, what is there of it. */
export function readCustomInput(text: string): string {
  for (const end of ["", '"}', "}"]) {
    const input = parseInput(text + end);
    if (input !== null) return input;
  }
  // Cut within an escape such as \u00e9, or before the text starts.
  const cut = text.lastIndexOf("\\");
  return (cut === -1 ? null : parseInput(`${text.slice(0, cut)}"}`)) ?? "";
}

function parseInput(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !(inputName in value)) return null;
    return typeof value.input === "string" ? value.input : null;
  } catch {
    return null;
  }
}
