import { afterAll, describe, expect, test } from "bun:test";
import { createImageFetch, type ImageFetchOptions } from "../../src/media/remote.ts";
import { standStill } from "../helpers/stand-still.ts";

const requests: { path: string; host: string | null }[] = [];
const server = Bun.serve({
  port: 0,
  fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    requests.push({ path: pathname, host: request.headers.get("host") });
    if (pathname === "/to") {
      return new Response(null, { status: 302, headers: { location: searchParams.get("url") ?? "" } });
    }
    if (pathname === "/loop") return new Response(null, { status: 302, headers: { location: "/loop" } });
    if (pathname === "/gone") return new Response("no", { status: 404 });
    if (pathname === "/large") return new Response("x".repeat(2000));
    if (pathname === "/slow") return new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
    return new Response("image");
  },
});
/** Sends less than it announces. */
const cut = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    data: (socket) => void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc"),
  },
});
afterAll(() => {
  cut.stop(true);
  return server.stop(true);
});
const { port } = server;
const hangs = () => new Promise<never>(() => {});
const local = { resolve: async () => ["127.0.0.1"], mayAsk: () => true };

async function fetchText(
  url: string,
  options: Partial<ImageFetchOptions> = {},
  signal = new AbortController().signal,
) {
  const fetchImage = createImageFetch({
    domains: ["pics.example.com", ".example.org"],
    ...local,
    ...options,
  });
  const pieces = await Array.fromAsync(fetchImage({ url, at: "image" }, signal));
  return Buffer.concat(pieces).toString();
}

describe("an image by its address", () => {
  test.each(["pics.example.com", "PICS.example.com", "a.b.example.org"])(
    "is fetched from %s",
    async (host) => {
      expect(await fetchText(`http://${host}:${port}/image`)).toBe("image");
      expect(requests.at(-1)).toEqual({ path: "/image", host: `${host.toLowerCase()}:${port}` });
    },
  );

  test.each([
    ["of another host", "http://other.example.com/"],
    ["of a host that only ends like one", "http://evilpics.example.com/"],
    ["of the top of a domain below which all are allowed", "http://example.org/"],
    ["with a password", "http://a:b@pics.example.com/"],
    ["of another protocol", "file:///etc/passwd"],
    ["that is none", "hello"],
  ])("%s is refused", async (_, url) => {
    await expect(fetchText(url)).rejects.toMatchObject({ code: "unsupported_parameter", param: "image" });
  });

  test("is refused where nothing is allowed", async () => {
    await expect(fetchText("http://pics.example.com/", { domains: [] })).rejects.toThrow(/OV_MEDIA_DOMAINS/);
  });

  test.each(["127.0.0.1", "10.0.0.1", "::1", "::ffff:192.168.0.1", "169.254.169.254"])(
    "is refused where its host has the address %s",
    async (address) => {
      const { mayAsk: _mayAsk, ...rest } = local;
      const options = { ...rest, resolve: async () => ["8.8.8.8", address] };
      const fetchImage = createImageFetch({ domains: ["pics.example.com"], ...options });
      const asked = Array.fromAsync(
        fetchImage({ url: `http://pics.example.com:${port}/`, at: "image" }, new AbortController().signal),
      );
      await expect(asked).rejects.toThrow(/private address/);
    },
  );

  test("follows a redirect within the allowed hosts alone", async () => {
    const to = (url: string) => `http://pics.example.com:${port}/to?url=${encodeURIComponent(url)}`;
    expect(await fetchText(to(`http://a.example.org:${port}/image`))).toBe("image");
    await expect(fetchText(to("http://127.0.0.1/"))).rejects.toMatchObject({ code: "unsupported_parameter" });
    await expect(fetchText(`http://pics.example.com:${port}/loop`)).rejects.toThrow(/redirects too often/);
  });

  test.each([
    ["file:///etc/passwd", 'redirects to an address that starts with "file:", but only http(s) is fetched.'],
    ["data:image/png;base64,AAAA", 'redirects to an address that starts with "data:", but only'],
    ["http://[", "redirects to an address that is not valid."],
    ["http://a:b@pics.example.com/", "redirects to an address with a password."],
    ["http://other.example.com/", 'redirects to the host "other.example.com", which OV_MEDIA_DOMAINS does'],
    ["http://private.example.org/", "redirects to a host with a private address."],
  ])("blames a redirect to %s on its server", async (target, message) => {
    const from = `http://pics.example.com:${port}/to?url=${encodeURIComponent(target)}`;
    const resolve = async (host: string) => [host === "private.example.org" ? "10.0.0.1" : "127.0.0.1"];
    const options = { resolve, mayAsk: (address: string) => address !== "10.0.0.1" };
    await expect(fetchText(from, options)).rejects.toMatchObject({
      code: "unsupported_parameter",
      message: expect.stringContaining(`"image" ${message}`),
    });
  });

  test.each([
    ["an error of its host", "/gone", {}, /status 404/],
    ["too many bytes", "/large", { mostBytes: 1000 }, /more than 1000 bytes/],
    ["too long a time", "/slow", { seconds: 0.05 }, /longer than 0.05 s/],
    ["a name server that does not answer", "/", { seconds: 0.05, resolve: hangs }, /longer than 0.05 s/],
    ["a host without an address", "/", { resolve: async () => [] }, /no address/],
    [
      "a host that cannot be found",
      "/",
      { resolve: () => Promise.reject(new Error("ENOTFOUND")) },
      /ENOTFOUND/,
    ],
  ])("names %s", async (_, path, options, message) => {
    const asked = fetchText(`http://pics.example.com:${port}${path}`, options);
    await expect(asked).rejects.toMatchObject({ code: "invalid_request", param: "image" });
    await expect(fetchText(`http://pics.example.com:${port}${path}`, options)).rejects.toThrow(message);
  });

  test("names an answer that breaks off, without advice on our own code", async () => {
    const asked = fetchText(`http://pics.example.com:${cut.port}/`);
    await expect(asked).rejects.toThrow(
      'Cannot fetch "image": ECONNRESET: The socket connection was closed unexpectedly. Check the address',
    );
  });

  test("does not count the time that the server stands still", async () => {
    const address = Promise.withResolvers<string[]>();
    const url = `http://pics.example.com:${port}/image`;
    const asked = fetchText(url, { seconds: 0.4, resolve: () => address.promise });
    await standStill(1600);
    address.resolve(["127.0.0.1"]);
    expect(await asked).toBe("image");
  });

  test("ends with the client while the name server does not answer", async () => {
    const left = new AbortController();
    const asked = fetchText(`http://pics.example.com:${port}/`, { resolve: hangs }, left.signal);
    left.abort(new Error("left"));
    await expect(asked).rejects.toThrow("left");
  });

  test("is not asked for once its client has left, and nothing fails later", async () => {
    let asked = false;
    const resolve = async () => {
      asked = true;
      throw new Error("ENOTFOUND");
    };
    const left = AbortSignal.abort(new Error("left"));
    await expect(fetchText(`http://pics.example.com:${port}/`, { resolve }, left)).rejects.toThrow("left");
    expect(asked).toBe(false);
  });

  test("ends with the client", async () => {
    const left = new AbortController();
    const asked = fetchText(`http://pics.example.com:${port}/slow`, {}, left.signal);
    left.abort(new Error("left"));
    await expect(asked).rejects.toThrow("left");
  });
});
