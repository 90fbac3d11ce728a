import { readLines } from "../../src/protocol/lines.ts";

/** The data of the next such event of that server, such as `request.started`, that has this text; it listens from now on. */
export async function nextEvent(url: string, type: string, text: string, apiKey = "none"): Promise<string> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const response = await fetch(`${url}/v1/events?types=${type}`, { headers });
  if (response.body === null) throw new Error("/v1/events has no body");
  for await (const lines of readLines(response.body)) {
    const found = lines.find((line) => line.startsWith("data:") && line.includes(text));
    if (found !== undefined) return found;
  }
  throw new Error(`/v1/events ended without ${type} of ${text}`);
}
