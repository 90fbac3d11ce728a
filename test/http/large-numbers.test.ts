import { describe, expect, test } from "bun:test";
import { readLargeBody } from "../../src/http/body/json.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp } from "../helpers/app.ts";

const id = "2512292042121000001";
const call = ["<tool_call>\n", `{"name": "f", "arguments": {"ids": [${id}]}}`, "\n</tool_call>"];

function createApp() {
  const memory = createMemoryHost({ writes: call, contextLength: 100_000 });
  const app = createTestApp({
    load: async () => ({ host: memory, defaults: {} }),
    readLarge: async (body) => structuredClone(readLargeBody(body)),
  });
  return { memory, post: (path: string, body: string) => app.send(path, { method: "POST", body }) };
}

const hi = '{"role":"user","content":"Hi"}';
/** JSON with an earlier call whose argument a double cannot hold; `text`: of its result. */
const bodies: [path: string, toBody: (text: string) => string][] = [
  [
    "/v1/messages",
    (text) =>
      `{"messages":[${hi},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{"x":{"ids":[1,${id}]}}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"${text}"}]}]}`,
  ],
  [
    "/v1/chat/completions",
    (text) =>
      `{"messages":[${hi},{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":{"ids":[1,${id}]}}}]},{"role":"tool","tool_call_id":"a","content":"${text}"}]}`,
  ],
  [
    "/v1/responses",
    (text) =>
      `{"input":[${hi},{"type":"function_call","call_id":"a","name":"f","arguments":{"id":${id}}},{"type":"function_call_output","call_id":"a","output":"${text}"}]}`,
  ],
  [
    "/api/chat",
    (text) =>
      `{"messages":[${hi},{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{"a b":${id}}}}]},{"role":"tool","content":"${text}"}]}`,
  ],
];

describe("a number that a double cannot hold", () => {
  test.each(bodies)(
    "comes to the model as it was sent, in the arguments of a call, %s",
    async (path, toBody) => {
      // A body of more than 64 kB is read in a thread.
      for (const text of ["Done", "Done ".repeat(15_000)]) {
        const { memory, post } = createApp();
        const response = await post(path, toBody(text));
        expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
        expect(memory.asked[0]?.prompt).toContain(id);
      }
    },
  );

  test.each([
    ["/v1/messages", '"tools":[{"name":"f","input_schema":{"type":"object"}}]'],
    ["/api/chat", '"stream":false,"tools":[{"function":{"name":"f"}}]'],
  ])("comes to the client as the model wrote it, as an argument in %s", async (path, tools) => {
    const response = await createApp().post(path, `{"messages":[${hi}],${tools}}`);
    expect((await response.text()).replaceAll(" ", "")).toContain(`{"ids":[${id}]}`);
  });
});
