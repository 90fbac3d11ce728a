import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readPicture } from "../../src/library/picture.ts";
import { createTempDir } from "../helpers/temp.ts";

const path = join(createTempDir(), "picture");

test.each([
  ["image/png", "\x89PNG\r\n\x1a\nrest"],
  ["image/jpeg", "\xff\xd8\xff\xe0rest"],
  ["image/gif", "GIF89arest"],
  ["image/webp", "RIFF\x00\x01\n\x03WEBPrest"],
])("readPicture knows %s by its first bytes", (type, text) => {
  writeFileSync(path, text, "latin1");
  expect(readPicture(path)).toBe(`data:${type};base64,${Buffer.from(text, "latin1").toString("base64")}`);
});

test("readPicture refuses what is no picture, or no file", () => {
  writeFileSync(path, "text");
  expect(() => readPicture(path)).toThrow("it is not a PNG, JPEG, GIF or WebP picture");
  expect(() => readPicture(join(path, "none"))).toThrow(
    /^Cannot read the picture ".*none": there is no such file. Check the path\.$/,
  );
  expect(() => readPicture("/dev/zero")).toThrow("is not a regular file");
});
