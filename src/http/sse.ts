/** Server-sent events (WHATWG HTML, section 9.2), as the OpenAI API uses them. */
export function renderEvent(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** A comment: clients skip it, but see that the connection lives. */
export const keepAlive = ": waiting\n\n";

/** OpenAI's end of a stream. */
export const streamEnd = "data: [DONE]\n\n";
