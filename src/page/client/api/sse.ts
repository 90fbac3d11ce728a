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
