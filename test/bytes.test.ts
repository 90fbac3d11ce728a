import { expect, test } from "bun:test";
import { renderBytes } from "../src/bytes.ts";

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KB"],
  [1536, "1.5 KB"],
  [3_221_225_472, "3.0 GB"],
  [2 ** 50, "1024.0 TB"],
])("renderBytes: %p is %p", (bytes, text) => expect(renderBytes(bytes)).toBe(text));
