/**
 * An object out of fields that are JSON text already; undefined leaves a field out. A tool call's arguments go through like this,
 * because JavaScript would round the large numbers in them.
 */
export function renderObject(fields: Record<string, string | undefined>): string {
  const written = Object.entries(fields).flatMap(([key, text]) =>
    text === undefined ? [] : [`${JSON.stringify(key)}:${text}`],
  );
  return `{${written.join(",")}}`;
}

/** The text of a JSON object on one line; null: it is not one, as that of a call that was cut is not. */
export function toObjectText(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text === "" ? "{}" : text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    // Within strings JSON has no line breaks.
    return text === "" ? "{}" : text.replace(/[\r\n]+/g, " ");
  } catch {
    return null;
  }
}
