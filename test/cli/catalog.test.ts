import { expect, test } from "bun:test";
import { createTempDir } from "../helpers/temp.ts";
import { runCli } from "./run-cli.ts";

const home = createTempDir();

test("the catalogue lists models with estimates, as a table and as JSON", async () => {
  const { code, out } = await runCli(["catalog"], { home });
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(/^NAME .*\n(.*\n)*qwen3-8b +text-generation +Qwen\/Qwen3-8B +5\.3 GB +8\.4 GB/),
  ]);
  expect(out).toMatch(/^smollm2-135m .* 141\.6 MB +1\.6 GB +1\.5 GB/m);
  expect(out).toContain("Sizes are estimates");
  expect(out).toMatch(/This machine has [\d.]+ GB, with swap [\d.]+ GB\./);
  const listed = JSON.parse((await runCli(["catalog", "--json"], { home })).out);
  expect(listed).toContainEqual(expect.objectContaining({ name: "llama-3.2-3b", gated: true, tools: true }));
});

test("--fits leaves out what this machine cannot convert and serve", async () => {
  const all = JSON.parse((await runCli(["catalog", "--json"], { home })).out);
  const fitting = JSON.parse((await runCli(["catalog", "--json", "--fits"], { home })).out);
  expect(fitting).toEqual(all.filter(({ fits }: { fits: string | null }) => fits !== null));
});
