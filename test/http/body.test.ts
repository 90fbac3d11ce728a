import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { openai } from "../../src/api/openai/errors.ts";
import { Upload, withMultipart } from "../../src/api/route.ts";
import { isDeeperThan } from "../../src/http/body/depth.ts";
import { parseJson, readJsonBody } from "../../src/http/body/json.ts";
import { readMultipartBody } from "../../src/http/body/multipart.ts";
import { createRouteApp } from "../helpers/routes.ts";

const post = (body: FormData | ReadableStream | string, headers: Record<string, string> = {}) =>
  new Request("http://localhost", { method: "POST", body, headers });

async function codeOf(reading: Promise<unknown>): Promise<unknown> {
  return await reading.then(
    () => "read",
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
  );
}

describe("the depth of a text", () => {
  test.each<[string, number]>([
    ["", 0],
    ["7", 0],
    ["[]", 1],
    ['{"a":[{}]}', 3],
    ["[[],[],[]]", 2],
    ['"[[[["', 0],
    ['["\\"[[[", []]', 2],
    ['["\\\\", [[]]]', 3],
    ['["\\\\\\"[[["]', 1],
    ['{"[[":"]]"}', 1],
    ['["unclosed [[[', 1],
    ["[[[", 3],
    ["]][[", 0],
  ])("%j is %i", (text, depth) => {
    expect(isDeeperThan(depth, text)).toBeFalse();
    if (depth > 0) expect(isDeeperThan(depth - 1, text)).toBeTrue();
  });

  test("of 30 MB, wide or in one string, is read in one pass", () => {
    const wide = `[${'{"a":[1,2]},'.repeat(2_500_000)}0]`;
    const long = JSON.stringify(['\\"'.repeat(7_500_000)]);
    for (const text of [wide, long]) {
      expect(isDeeperThan(128, text)).toBeFalse();
    }
  });
});

describe("a JSON body", () => {
  const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

  test("is nested 128 levels deep at most", () => {
    expect(() => parseJson(nested(128))).not.toThrow();
    expect(() => parseJson(nested(129))).toThrow("nested too deeply: 128 levels are taken");
  });

  test("that does not come within its time is 408", async () => {
    const silent = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([123])) });
    expect(await codeOf(readJsonBody(post(silent), 1000, 0.01))).toBe("request_timeout");
  });

  test("whose connection breaks is the client's doing", async () => {
    const broken = new ReadableStream({ start: (controller) => controller.error(new Error("reset")) });
    expect(await codeOf(readJsonBody(post(broken), 1000))).toBe("client_closed_request");
  });
});

describe("a multipart body", () => {
  const form = () => {
    const data = new FormData();
    data.append("model", "whisper");
    data.append("tag", "a");
    data.append("tag", "b");
    data.append(
      "file",
      new File([new Uint8Array([0, 13, 10, 255])], "x.bin", { type: "application/x-test" }),
    );
    return data;
  };

  test("gives texts, lists and files by name", async () => {
    expect({ ...(await readMultipartBody(post(form()), 10_000)) }).toEqual({
      model: "whisper",
      tag: ["a", "b"],
      file: { name: "x.bin", contentType: expect.any(String), bytes: new Uint8Array([0, 13, 10, 255]) },
    });
  });

  test("is bounded in size before it is parsed, whether it names its length or not", async () => {
    const data = form();
    data.append("more", "x".repeat(20_000));
    expect(await codeOf(readMultipartBody(post(data), 10_000))).toBe("request_too_large");
    const { body, headers } = post(data);
    const type = { "content-type": headers.get("content-type") ?? "" };
    expect(await codeOf(readMultipartBody(post(body ?? "", type), 10_000))).toBe("request_too_large");
  });

  test("is bounded in its parts", async () => {
    const data = new FormData();
    for (let part = 0; part < 201; part += 1) data.append("a", "");
    expect(await codeOf(readMultipartBody(post(data), 1_000_000))).toBe("invalid_request");
  });

  test.each<[string, string]>([
    ["another type", "application/json"],
    ["no boundary", "multipart/form-data"],
    ["a boundary that does not occur", "multipart/form-data; boundary=nowhere"],
  ])("of %s is refused", async (_, type) => {
    expect(await codeOf(readMultipartBody(post("--x\r\n\r\n", { "content-type": type }), 1000))).toBe(
      "invalid_request",
    );
  });

  test("is validated by the route's schema and handed over typed", async () => {
    const schema = Type.Object({ model: Type.String(), file: Upload }, { additionalProperties: true });
    const route = withMultipart(schema, {
      method: "POST",
      path: "/upload",
      dialect: openai,
      handle: ({ body: { model, file } }) => ({
        type: "json",
        body: { model, name: file.name, size: file.bytes.byteLength },
      }),
      doc: { summary: "Upload", answer: {} },
    });
    const { send } = createRouteApp([route]);
    const response = await send("/upload", { method: "POST", body: form() });
    expect(await response.json()).toEqual({ model: "whisper", name: "x.bin", size: 4 });
    const data = form();
    data.delete("file");
    const refused = await send("/upload", { method: "POST", body: data });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { code: "invalid_request", param: "file" } });
    const document = JSON.parse(await (await send("/openapi.json")).text());
    const { schema: described } = document.paths["/upload"].post.requestBody.content["multipart/form-data"];
    expect(Object.keys(described.properties)).toEqual(["model", "file"]);
    expect(described.properties.file).toMatchObject({ type: "string", format: "binary" });
  });
});
