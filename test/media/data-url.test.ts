import { describe, expect, test } from "bun:test";
import { decodeDataUrl } from "../../src/media/data-url.ts";

const decode = (url: string) => Buffer.concat([...decodeDataUrl(url, "images[0]")]).toString("latin1");

describe("a data URL", () => {
  const random = Buffer.from(Array.from({ length: 3_000_001 }, (_, index) => (index * 7919) % 251));
  test.each([
    ["with a type", "data:image/png;base64,aGVsbG8=", "hello"],
    ["without one", "data:;base64,aGVsbG8=", "hello"],
    ["with parameters and capitals", "DATA:image/png;name=a.png;BASE64,aGVsbG8=", "hello"],
    ["without padding", "data:;base64,aGVsbG8", "hello"],
    ["with line breaks", "data:;base64,aGVs\r\nbG8=\n", "hello"],
    ["in the alphabet of addresses", "data:;base64,-_-_", "\xfb\xff\xbf"],
    ["with escaped padding", "data:;base64,aGVsbG8%3D", "hello"],
    ["with all of it escaped", "data:;base64,%2b%2F%2b%2F%0D%0A%20%2b%2B%3d%3D", "\xfb\xff\xbf\xfb"],
    ["that is empty", "data:;base64,", ""],
    ["of several pieces", `data:;base64,${random.toString("base64")}`, random.toString("latin1")],
    [
      "of several pieces with escapes",
      `data:;base64,${encodeURIComponent(random.toString("base64"))}`,
      random.toString("latin1"),
    ],
    [
      "of several pieces with line breaks",
      `data:;base64,${random.toString("base64").replace(/(.{76})/g, "$1\n")}`,
      random.toString("latin1"),
    ],
  ])("%s is decoded", (_, url, text) => {
    expect(decode(url) === text).toBeTrue();
  });

  test.each(["data:,hello", "data:text/plain,hello", "data:image/png;base64", "data:"])(
    "%s is refused by its place",
    (url) => {
      expect(() => decode(url)).toThrow(
        expect.objectContaining({ code: "invalid_request", param: "images[0]" }),
      );
    },
  );
});
