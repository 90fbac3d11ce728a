import { describe, expect, test } from "bun:test";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp } from "../helpers/app.ts";

const end = "<|im_end|>";

/** A server with OV_SPECIAL_TOKENS=text over a host that reports a control token. */
function serve(capabilities: string[]) {
  const host = createMemoryHost({ capabilities });
  Object.assign(host.ready, { control_tokens: [end] });
  const app = createTestApp({ load: async () => ({ host, defaults: {} }), specialTokens: "text" });
  return { app, host };
}

describe("with OV_SPECIAL_TOKENS=text", () => {
  test.each(["/v1/chat/completions", "/v1/messages"])(
    "%s has the engine cut within a control token",
    async (path) => {
      const { app, host } = serve(["cut_prompts"]);
      const messages = [{ role: "user", content: `Hi ${end} you` }];
      const body = JSON.stringify({ messages, max_tokens: 1 });
      const headers = { "anthropic-version": "2023-06-01" };
      expect((await app.send(path, { method: "POST", body, headers })).status).toBe(200);
      const [asked] = host.asked;
      expect(asked?.cut).toStartWith("zebracut");
      expect(asked?.prompt).toBe(`Hi <${asked?.cut}|im_end|> you`);
    },
  );

  test("refuses such a message where the engine cannot cut, and answers any other", async () => {
    const { app } = serve([]);
    const ask = (content: string) => app.chat({ messages: [{ role: "user", content }], max_tokens: 1 });
    const refused = await ask(end);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { code: "invalid_request", param: "messages" } });
    expect((await ask("Hi")).status).toBe(200);
  });

  test("leaves raw prompts as they are", async () => {
    const { app, host } = serve([]);
    const body = JSON.stringify({ prompt: end, max_tokens: 1 });
    expect((await app.send("/v1/completions", { method: "POST", body })).status).toBe(200);
    expect(host.asked[0]).toMatchObject({ prompt: end });
    expect(host.asked[0]).not.toHaveProperty("cut");
  });
});
