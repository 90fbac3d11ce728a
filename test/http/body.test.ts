import { describe, expect, test } from "bun:test";
import { brotliCompressSync, deflateSync, zstdCompressSync } from "node:zlib";
import { Type } from "@sinclair/typebox";
import { openai } from "../../src/api/openai/errors.ts";
import { Upload, withMultipart } from "../../src/api/route.ts";
import { findExcess } from "../../src/http/body/bounds.ts";
import { readJsonBody, readLargeBody } from "../../src/http/body/json.ts";
import { type Form, readMultipartBody } from "../../src/http/body/multipart.ts";
import { parseJson } from "../../src/http/body/parse.ts";
import { fromPortable, toPortable } from "../../src/http/body/portable-schema.ts";
import { createRouteApp } from "../helpers/routes.ts";
import { standStill } from "../helpers/stand-still.ts";

const post = (
  body: FormData | ReadableStream | Uint8Array<ArrayBuffer> | string,
  headers: Record<string, string> = {},
) => new Request("http://localhost", { method: "POST", body, headers });

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
    expect(findExcess(text, { depth, weight: 100 })).toBeNull();
    if (depth > 0) expect(findExcess(text, { depth: depth - 1, weight: 100 })).toBe("depth");
  });
});

describe("the weight of a text", () => {
  test.each<[string, number]>([
    ["7", 1],
    ["[1,2,3]", 11],
    ['{"a":"1,2,[","b":[{}]}', 29],
  ])("%j is %i", (text, weight) => {
    expect(findExcess(text, { depth: 100, weight })).toBeNull();
    expect(findExcess(text, { depth: 100, weight: weight - 1 })).toBe("weight");
  });
});

describe("a JSON body", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const nested = (levels: number) => bytes("[".repeat(levels) + "]".repeat(levels));
  const schema = Type.Object({ a: Type.Optional(Type.Union([Type.Null(), Type.Array(Type.Integer())])) });

  test("is nested 128 levels deep at most", () => {
    expect(() => parseJson(nested(128))).not.toThrow();
    expect(() => parseJson(nested(129))).toThrow("nested too deeply: 128 levels are taken");
  });

  // One that states its length is read in another way.
  describe.each<[string, Record<string, string>]>([
    ["in chunks", {}],
    ["of a stated length", { "content-length": "2" }],
  ])("%s", (_how, headers) => {
    test("that does not come within its time is 408", async () => {
      const silent = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([123])) });
      expect(
        await codeOf(readJsonBody(post(silent, headers), { maxBytes: 1000, schema, seconds: 0.01 })),
      ).toBe("request_timeout");
    });

    test("that comes while the server stands still is read", async () => {
      const sent = Promise.withResolvers<void>();
      const late = new ReadableStream({
        async pull(controller) {
          await sent.promise;
          controller.enqueue(new TextEncoder().encode("{}"));
          controller.close();
        },
      });
      const reading = codeOf(readJsonBody(post(late, headers), { maxBytes: 1000, schema, seconds: 0.2 }));
      await standStill(800);
      sent.resolve();
      expect(await reading).toBe("read");
    });

    test("whose connection breaks is the client's doing", async () => {
      const broken = new ReadableStream({ start: (controller) => controller.error(new Error("reset")) });
      expect(await codeOf(readJsonBody(post(broken, headers), { maxBytes: 1000, schema }))).toBe(
        "client_closed_request",
      );
    });

    test("that is larger than allowed is refused, whatever it states", async () => {
      expect(await codeOf(readJsonBody(post("[1,2,3]", headers), { maxBytes: 5, schema }))).toBe(
        "request_too_large",
      );
    });
  });
});

describe("a large JSON body", () => {
  const schema = Type.Object(
    { a: Type.Optional(Type.Union([Type.Null(), Type.Array(Type.Integer())])) },
    { additionalProperties: true },
  );
  const read = (text: string) => {
    const given: unknown[] = [];
    const readLarge = async (body: Parameters<typeof readLargeBody>[0]) => {
      given.push(body.schema);
      return readLargeBody(structuredClone(body));
    };
    const reading = readJsonBody(post(text), { maxBytes: 10_000_000, schema, readLarge });
    return { reading, given };
  };
  const pad = "x".repeat(70_000);

  test("is read elsewhere, a small one at once", async () => {
    const small = read('{"a":[1]}');
    expect([await small.reading, small.given.length]).toEqual([{ a: [1] }, 0]);
    const large = read(`{"a":[1],"x":"${pad}"}`);
    expect([await large.reading, large.given.length]).toEqual([{ a: [1], x: pad }, 1]);
  });

  test("is checked there by the same schema, with the same words", async () => {
    const { reading } = read(`{"x":"${pad}","a":[1,2,"b"]}`);
    await expect(reading).rejects.toMatchObject({ code: "invalid_request", param: "a[2]" });
  });

  test("has so many values at most", async () => {
    const { reading } = read(`{"a":[${"1,".repeat(200_000)}1]}`);
    await expect(reading).rejects.toThrow("has too many values: at most 150,000 numbers,");
  });

  test("needs a schema that survives the way", () => {
    expect(fromPortable(structuredClone(toPortable(schema)))).toEqual(schema);
  });
});

describe("a packed body", () => {
  const schema = Type.Object({}, { additionalProperties: true });
  const text = '{"a":1}';
  const packers: [string, (text: string) => Uint8Array<ArrayBuffer>][] = [
    ["gzip", (text) => Bun.gzipSync(text)],
    ["x-gzip", (text) => Bun.gzipSync(text)],
    ["deflate", (text) => Uint8Array.from(deflateSync(text))],
    ["br", (text) => Uint8Array.from(brotliCompressSync(text))],
    ["zstd", (text) => Uint8Array.from(zstdCompressSync(text))],
    ["identity", (text) => new TextEncoder().encode(text)],
    [" GZIP ", (text) => Bun.gzipSync(text)],
  ];
  const read = (coding: string, body: Uint8Array<ArrayBuffer>) =>
    readJsonBody(post(body, { "content-encoding": coding }), { maxBytes: 10_000, schema });

  test.each(packers)("by %s is unpacked", async (coding, pack) => {
    expect(await read(coding, pack(text))).toEqual({ a: 1 });
  });

  test.each(packers)("by %s is bounded after that", async (coding, pack) => {
    expect(await codeOf(read(coding, pack(" ".repeat(10_001))))).toBe("request_too_large");
  });

  test.each(["gzip", "deflate", "br", "zstd"])("that is no %s is refused", async (coding) => {
    expect(await codeOf(read(coding, new TextEncoder().encode("nothing of it")))).toBe("invalid_request");
  });

  test.each(["compress", "gzip, gzip", "toString"])("by %s is not read", async (coding) => {
    expect(await codeOf(read(coding, Bun.gzipSync(text)))).toBe("unsupported_media_type");
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

  test.each<[string, string, Form]>([
    [
      "what stands before the first part and after the last",
      "before\r\n--x\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n--x--\r\nafter",
      { a: "1" },
    ],
    [
      "a name with quotes, and white space after a delimiter",
      '--x \t\r\nContent-Disposition: form-data; name="a%22b\\"c"\r\nX: y\r\n\r\n\r\n1\r\n\r\n--x--',
      { 'a"b"c': "\r\n1\r\n" },
    ],
    [
      "a file without a type",
      '--x\r\nContent-Disposition: form-data; name="f"; filename=""\r\n\r\n\r\n--x--',
      { f: { name: "", contentType: "application/octet-stream", bytes: new Uint8Array() } },
    ],
  ])("gives %s", async (_what, body, expected) => {
    const found = await readMultipartBody(
      post(body, { "content-type": "multipart/form-data; boundary=x" }),
      1000,
    );
    expect({ ...found }).toEqual(expected);
    expect(Object.getPrototypeOf(found)).toBe(null);
  });

  test.each<[string, string]>([
    ["no end", '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1'],
    ["a part without a name", "--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--"],
    ["a part without the end of its headers", '--x\r\nContent-Disposition: form-data; name="a"\r\n--x--'],
    ["headers without an end", `--x\r\n${"a: b\r\n".repeat(2000)}\r\n\r\n1\r\n--x--`],
    ["nothing", ""],
  ])("with %s is refused", async (_what, body) => {
    const request = post(body, { "content-type": "multipart/form-data; boundary=x" });
    expect(await codeOf(readMultipartBody(request, 100_000))).toBe("invalid_request");
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
