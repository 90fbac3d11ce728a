import { expect, test } from "bun:test";
import { checkName } from "../../src/registry/check-name.ts";

test.each(["m", "qwen2-5-3b-instruct", "OpenVINO/Qwen2.5", "gpt-4o", "My Model", "模型", "toString", "1"])(
  "%p is a name",
  (name) => expect(() => checkName(name)).not.toThrow(),
);

test.each([
  ["", "it is empty"],
  [" m", "it begins or ends with a space"],
  ["m\t", "it begins or ends with a space"],
  ["a\nb", "it has characters that cannot be seen"],
  ["a\u001b[2Jb", "it has characters that cannot be seen"],
  ["a\u202eb", "it has characters that cannot be seen"],
  ["a\u200bb", "it has characters that cannot be seen"],
  ["a\u2028b", "it has characters that cannot be seen"],
  ["a\ud800b", "it has characters that cannot be seen"],
  ["--files", "it begins like a flag"],
  ["__proto__", "JavaScript keeps that word for itself"],
  ["m".repeat(201), "it is longer than 200 characters"],
])("%p is none: %s", (name, reason) => {
  expect(() => checkName(name)).toThrow(`as a model's name: ${reason}. Choose another one.`);
  expect(() => checkName(name, "an alias")).toThrow(`as an alias: ${reason}`);
});
