import { expect, test } from "bun:test";
import { parseReference } from "../../../src/convert/pull/reference.ts";
import { thrownBy } from "../../helpers/failure.ts";

const hub = { endpoint: "http://127.0.0.1:8000" };

test.each<[string, string, string | null]>([
  ["Qwen/Qwen3-8B", "Qwen/Qwen3-8B", null],
  [" Qwen/Qwen3-8B ", "Qwen/Qwen3-8B", null],
  ["Qwen/Qwen3-8B:latest", "Qwen/Qwen3-8B", null],
  ["o/m-GGUF:Q8_0", "o/m-GGUF", "Q8_0"],
  ["hf.co/o/m-GGUF:Q8_0", "o/m-GGUF", "Q8_0"],
  ["http://127.0.0.1:8000/o/m", "o/m", null],
  ["https://hf.co/o/m/tree/main", "o/m", null],
  ["https://hf.co/o/m/", "o/m", null],
  ["https://hf.co/o/m/blob/main/x-Q4_0.gguf?download=true", "o/m", "Q4_0"],
  ["qwen3-8b", "Qwen/Qwen3-8B", null],
  ["Qwen3:8b", "Qwen/Qwen3-8B", null],
  ["Qwen/Qwen3-8B/", "Qwen/Qwen3-8B", null],
  ["llama3.2:3b", "meta-llama/Llama-3.2-3B-Instruct", null],
  ["gemma3:4b", "google/gemma-3-4b-it", null],
  ["qwen2.5vl:3b", "Qwen/Qwen2.5-VL-3B-Instruct", null],
  ["phi4-mini", "microsoft/Phi-4-mini-instruct", null],
  ["phi-4-mini:latest", "microsoft/Phi-4-mini-instruct", null],
])("%j is %s, %p", (text, repo, quant) => expect(parseReference(text, hub)).toEqual({ repo, quant }));

test.each<[string, RegExp]>([
  ["qwen3-8", /no model of "ov-llm catalog" has that name. Did you mean "qwen3-8b"\?/],
  ["llama3.2", /Did you mean "llama-3.2-1b", "llama-3.2-3b"\?/],
  ["qwen3", /Did you mean "qwen3-0.6b", "qwen3-1.7b", .*, …\?/],
  ["./model.gguf", /Convert or register a model on this machine with "ov-llm convert PATH"/],
  ["/srv/models/m", /"ov-llm convert PATH"/],
  ["~/m", /"ov-llm convert PATH"/],
  ["zzzzzzzz", /has that name. Give a model of the hub as owner\/name/],
  ["", /Cannot pull ""/],
  ["a/b/c", /expected a model of the hub/],
  ["../x", /expected a model of the hub/],
  ["o/m:a/b", /Cannot pull/],
  ["-rf/model", /expected a model of the hub/],
  ["https://example.org/o/m", /expected a model of the hub/],
  ["https://hf.co/o", /expected a model of the hub/],
  ["https://", /expected a model of the hub/],
  ["https://hf.co/o/m/tree/v2", /only what is on its main branch is fetched. Pull o\/m\./],
])("%j is refused", (text, message) => {
  const error = thrownBy(() => parseReference(text, hub));
  expect([error.code, error.message]).toEqual(["invalid_request", expect.stringMatching(message)]);
});
