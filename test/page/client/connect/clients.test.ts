import { expect, test } from "bun:test";
import { clients } from "../../../../src/page/client/connect/clients.ts";

const address = { origin: "http://box.lan:9000", model: "a model's", contextLength: 8192, hasKey: false };

test.each(clients.map((client) => [client.name, client] as const))(
  "the settings for %s name this server, and the key only by its variable",
  (_name, client) => {
    expect(client.render(address)).toContain(address.origin);
    expect(client.render(address)).not.toContain("OV_API_KEY");
    expect(client.render({ ...address, hasKey: true })).toMatch(/OV_API_KEY|the key of this server/);
  },
);

test.each(["LiteLLM", "Codex", "OpenCode"])("those for %s can be read", (name) => {
  const text = clients.find((client) => client.name === name)?.render(address) ?? "";
  const parse = { LiteLLM: Bun.YAML.parse, Codex: Bun.TOML.parse, OpenCode: JSON.parse }[name];
  expect(JSON.stringify(parse?.(text))).toContain("a model's");
});

test("those for a shell quote the model's name", () => {
  const text = clients.find(({ name }) => name === "Claude Code")?.render(address) ?? "";
  expect(text).toContain("ANTHROPIC_MODEL='a model'\\''s'");
});
