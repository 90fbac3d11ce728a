/** An event of a stream (WHATWG HTML, section 9.2). */
export interface SseEvent {
  /** `message` where it has no name. */
  name: string;
  data: string;
}

/** Reads server-sent events out of text as it comes: whole ones are returned, the rest is kept for the next piece. */
export function createSseParser(): (piece: string) => SseEvent[] {
  let rest = "";
  return (piece) => {
    const blocks = (rest + piece).split("\n\n");
    rest = blocks.pop() ?? "";
    return blocks.flatMap(parseBlock);
  };
}

/** A block of comments alone is no event. */
function parseBlock(block: string): SseEvent[] {
  let name = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, field = "", value = ""] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
    if (field === "event") name = value;
    if (field === "data") data.push(value);
  }
  return data.length === 0 ? [] : [{ name, data: data.join("\n") }];
}

/**
 * The events of a body, until it ends. Rejects when nothing comes for `silence` milliseconds, not even a comment: a network
 * that is gone says nothing. null: however long that takes.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  silence: number | null,
): AsyncGenerator<SseEvent> {
  const parse = createSseParser();
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const read = () => (silence === null ? reader.read() : within(silence, reader.read()));
  try {
    for (let next = await read(); !next.done; next = await read()) yield* parse(next.value);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("The connection is silent.")), milliseconds);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
