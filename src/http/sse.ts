/** Server-sent events (WHATWG HTML, section 9.2). The data is one line. */
export function renderEvent(data: string): string {
  return `data: ${data}\n\n`;
}

/** A comment: clients skip it, but see that the connection lives. */
export const keepAlive = ": waiting\n\n";
