/** Far longer than an event of this server: a whole answer's text is in none. */
const longestLine = 4_000_000;

/**
 * The data of server-sent events (WHATWG HTML, section 9.2, as this server writes them: one `data` line each). Comments
 * are skipped; an event that the end of the stream cut is dropped. Throws for a line that may have no end.
 */
export async function* readEventData(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > longestLine) throw new Error(`it sends a line of more than ${longestLine} characters`);
    for (const line of lines) {
      if (line.startsWith("data:")) yield line.slice("data:".length).trim();
    }
  }
}

/**
 * The chunks of a stream that must not be silent: throws what `toError` makes when nothing came for `seconds`. Whoever
 * stops reading ends the stream.
 */
export async function* withPatience(
  stream: ReadableStream<Uint8Array>,
  seconds: number,
  toError: () => Error,
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const silence = Promise.withResolvers<never>();
      const timer = setTimeout(() => silence.reject(toError()), seconds * 1000);
      try {
        const { done, value } = await Promise.race([reader.read(), silence.promise]);
        if (done) return;
        yield value;
      } finally {
        clearTimeout(timer);
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
