import type { TestServer } from "../helpers/server.ts";
import { ask } from "./requests.ts";

const object = {
  type: "object",
  properties: { city: { type: "string", maxLength: 12 }, large: { type: "boolean" } },
  required: ["city", "large"],
  additionalProperties: false,
};

/** What clients ask for, in all its kinds. */
const bodies: Record<string, unknown>[] = [
  {},
  { stream: true },
  { stream: true, n: 3, max_tokens: 20 },
  { stream: true, logprobs: true, temperature: 0.8 },
  { stop: ["the"], ignore_eos: false },
  {
    tools: [{ type: "function", function: { name: "look_up", parameters: object } }],
    tool_choice: "required",
    ignore_eos: false,
    max_tokens: 60,
  },
  {
    response_format: { type: "json_schema", json_schema: { name: "city", schema: object, strict: true } },
    ignore_eos: false,
    max_tokens: 60,
    stream: true,
  },
];

/** One request of a random kind, that some clients leave and some cancel by its route; resolves to its end. */
export async function askAnything(
  server: TestServer,
  models: readonly string[],
  random: () => number,
): Promise<string> {
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)];
  const body = { model: pick(models), ...pick(bodies) };
  const [how, wait, id] = [random(), Math.round(random() * 1500), `soak-${Math.round(random() * 1e12)}`];
  if (how < 0.15) return (await ask(server, body, { leave: AbortSignal.timeout(wait) })).end;
  const answer = ask(server, body, { id });
  if (how < 0.3) {
    await Bun.sleep(wait);
    const path = `${server.url}/v1/chat/completions/${id}/cancel`;
    // 404: it was answered already.
    await (await fetch(path, { method: "POST", keepalive: false })).text();
  }
  return (await answer).end;
}
