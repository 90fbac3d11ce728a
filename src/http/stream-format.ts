import type { StreamEvent } from "../api/dialect.ts";
import type { StreamFormat } from "../api/route.ts";

const contentTypes: Record<StreamFormat, string> = {
  sse: "text/event-stream; charset=utf-8",
  ndjson: "application/x-ndjson; charset=utf-8",
};

/**
 * A filler that clients skip but that shows the connection is alive: a comment; in NDJSON, which has none, white space before the next
 * line's JSON.
 */
const fillers: Record<StreamFormat, string> = { sse: ": waiting\n\n", ndjson: " " };

/** Shows that the connection is alive: the dialect's own event, or a filler. */
export function renderKeepAlive(format: StreamFormat, event: StreamEvent | undefined): string {
  return event === undefined ? fillers[format] : renderEvent(format, event);
}

/** Whether an answer of that content type continues after its headers. */
export function isStream(contentType: string | null): boolean {
  return Object.values(contentTypes).some((type) => type === contentType);
}

export function toStreamHeaders(format: StreamFormat): Record<string, string> {
  return {
    "content-type": contentTypes[format],
    "cache-control": "no-cache",
    // Otherwise nginx buffers the stream.
    "x-accel-buffering": "no",
  };
}

/**
 * Unicode line ends that JSON need not escape. Clients that split lines with Python's `str.splitlines`, as httpx does, would cut the
 * JSON at them.
 */
const strayLineEnds = /[\u0085\u2028\u2029]/g;

/** A server-sent event (WHATWG HTML, section 9.2), or a line of JSON. */
export function renderEvent(format: StreamFormat, { event, data }: StreamEvent): string {
  const json = typeof data === "string" ? data : JSON.stringify(data);
  const text = json.replace(strayLineEnds, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, "0")}`);
  if (format === "ndjson") return `${text}\n`;
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`;
}
