import { expect, test } from "bun:test";
import { renderEvent } from "../../src/http/stream-format.ts";

/** Where Python's `str.splitlines` splits, and so httpx, over which clients read lines. */
const lineEnds = "\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029";

test.each<"sse" | "ndjson">(["sse", "ndjson"])(
  "%s: no character of an answer ends a line for any client",
  (format) => {
    for (const data of [{ text: lineEnds }, JSON.stringify({ text: lineEnds })]) {
      const line = renderEvent(format, { data }).trimEnd();
      for (const end of lineEnds) expect(line).not.toContain(end);
      expect(JSON.parse(line.replace(/^data: /, ""))).toEqual({ text: lineEnds });
    }
  },
);
