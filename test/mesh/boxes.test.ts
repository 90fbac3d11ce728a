import { describe, expect, test } from "bun:test";
import { OvError } from "../../src/errors.ts";
import { parseBoxes } from "../../src/mesh/boxes.ts";

const variables = { PC1_KEY: "from the variable" };

describe("a box of a command line", () => {
  test.each([
    ["http://pc1:9000", "pc1:9000", "http://pc1:9000", null],
    ["http://PC1:9000/v1/", "pc1:9000", "http://pc1:9000", null],
    ["https://models.example.org", "models.example.org", "https://models.example.org", null],
    ["http://[::1]:9000/", "[::1]:9000", "http://[::1]:9000", null],
    ["http://pc1:9000=a=b", "pc1:9000", "http://pc1:9000", { value: "a=b", variable: "BOX_PC1_9000_KEY" }],
    [
      "http://10.0.0.7:9000=env:PC1_KEY",
      "10.0.0.7:9000",
      "http://10.0.0.7:9000",
      { value: "from the variable", variable: "PC1_KEY" },
    ],
  ])("%s", (text, name, url, key) => {
    expect(parseBoxes([text], variables)).toEqual([{ name, url, key }]);
  });

  test("takes the key of OV_API_KEY where it names none", () => {
    expect(
      parseBoxes(["http://pc1:9000", "http://pc2:9000=own"], {}, "shared").map(({ key }) => key),
    ).toEqual([
      { value: "shared", variable: "OV_API_KEY" },
      { value: "own", variable: "BOX_PC2_9000_KEY" },
    ]);
  });

  test.each([
    [["pc1:9000"], /"pc1:9000": it is not an address/],
    [["ftp://pc1"], /it is not an address/],
    [["http://me:secret@pc1:9000"], /"pc1:9000": it contains a name or a password/],
    [["ftp://me:secret@pc1"], /"ftp:\/\/me:…": it is not an address/],
    [["http://me:secret=1@pc1:9000"], /"http:\/\/me:…": it is not an address/],
    [["http://pc1:9000/secret"], /"http:\/\/pc1:9000": more follows/],
    [["http://pc1:9000/v2"], /more follows the host and the port/],
    [["http://pc1:9000?a"], /more follows/],
    [["http://pc1:9000="], /its key is empty/],
    [["http://pc1:9000=env:NOT_THERE"], /the variable NOT_THERE is not set\. Set NOT_THERE first\./],
    [["http://pc1:9000=secret", "http://PC1:9000/v1=secret"], /it is named twice/],
  ])("%j is refused without its key", (texts, reason) => {
    const parse = () => parseBoxes(texts, variables);
    expect(parse).toThrow(OvError);
    expect(parse).toThrow(reason);
    expect(parse).not.toThrow(/secret/);
  });
});
