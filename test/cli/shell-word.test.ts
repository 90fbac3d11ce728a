import { expect, test } from "bun:test";
import { toShellWord } from "../../cli/shell-word.ts";

test.each([
  ["properties.KV_CACHE_PRECISION=u8", "properties.KV_CACHE_PRECISION=u8"],
  ['speculation={"kind":"prompt-lookup"}', `'speculation={"kind":"prompt-lookup"}'`],
  ["it's", `'it'\\''s'`],
])("%p is typed as %p", (text, word) => expect(toShellWord(text)).toBe(word));
