import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { ChatCompletionRequest } from "../../../../src/api/openai/chat/request.ts";
import { demoTool } from "../../../../src/page/client/chat/demo-tool.ts";
import { renderSnippet } from "../../../../src/page/client/chat/snippets.ts";

const content = 'It\'s "true" that null\nis $HOME `id` \\ none';
const request = { model: "it's", messages: [{ role: "user" as const, content }], tools: [demoTool] };
const origin = "http://box.lan:9000";

/** What a program is told by its shell. */
async function runShell(script: string): Promise<string> {
  const child = Bun.spawn(["sh", "-c", `curl() { printf '%s\\n' "$@"; }\n${script}`], {
    env: { OV_API_KEY: "the key" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return await child.stdout.text();
}

describe("the request as a program", () => {
  test("for a shell says the same, whatever it holds", async () => {
    const said = await runShell(renderSnippet("curl", request, origin, true));
    expect(said).toContain("Authorization: Bearer the key\n");
    const body: unknown = JSON.parse(said.slice(said.indexOf("{")));
    expect(body).toEqual({ ...request, stream: true });
    expect(Value.Check(ChatCompletionRequest, body)).toBe(true);
  });

  test("for Python says the same, whatever it holds", async () => {
    const snippet = renderSnippet("Python", request, origin, false);
    const fake =
      "import sys, types, json\nm = types.ModuleType('openai')\nclass C:\n  def __init__(self, **k): self.chat = self.completions = self\n  def create(self, **k):\n    print(json.dumps(k)); return []\nm.OpenAI = C\nsys.modules['openai'] = m\n";
    const child = Bun.spawn(["python3", "-c", fake + snippet], { stdio: ["ignore", "pipe", "inherit"] });
    expect(JSON.parse(await child.stdout.text())).toEqual({ ...request, stream: true });
  });

  test("for TypeScript holds the same values, and takes the key from the environment", () => {
    const snippet = renderSnippet("TypeScript", request, origin, true);
    expect(snippet).toContain(`baseURL: "${origin}/v1", apiKey: env.OV_API_KEY`);
    expect(snippet).toContain(JSON.stringify(content));
    expect(() => new Bun.Transpiler({ loader: "ts" }).transformSync(snippet)).not.toThrow();
  });
});
