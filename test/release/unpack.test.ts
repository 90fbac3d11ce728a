import { expect, test } from "bun:test";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchFile, fetchText } from "../../src/release/fetch.ts";
import { checkBeside, unpack } from "../../src/release/unpack.ts";
import { fetchOffer, findOffer, openArchive } from "../../src/release/upgrade.ts";
import { createTempDir } from "../helpers/temp.ts";
import { renderSums } from "../supply/release/archive.ts";
import { compress, renderTar } from "../supply/release/tar.ts";

const temp = createTempDir();
const { signal } = new AbortController();
const top = `ov-llm-1.2.3-linux-${process.arch}`;
const name = `${top}.tar.gz`;

const pack = (...paths: string[]) =>
  compress(
    renderTar(
      paths.map((path) => ({ path, bytes: Buffer.from(path), mode: 0o644 })),
      0,
    ),
  );
const good = pack(`${top}/install.sh`, `${top}/ov-llm`);

/** The archive as a file in a folder of its own, with this SHA256SUMS beside it. */
function place(bytes: Uint8Array, sums?: string): { folder: string; path: string } {
  const folder = mkdtempSync(join(temp, "archive-"));
  const path = join(folder, name);
  writeFileSync(path, bytes);
  if (sums !== undefined) writeFileSync(join(folder, "SHA256SUMS"), sums);
  return { folder, path };
}

test("an archive of a release is unpacked, with the version in its name", async () => {
  const { folder, path } = place(good);
  expect(await unpack(path, folder, signal)).toEqual({ folder: join(folder, top), version: "1.2.3" });
  expect(existsSync(join(folder, top, "ov-llm"))).toBe(true);
});

test.each([
  ["a text", Buffer.from("no archive"), "Cannot install"],
  ["one that was cut off", good.slice(0, good.length - 20), "Cannot install"],
  ["one of something else", pack("other/install.sh"), "it is no release of ov-llm"],
  ["one without install.sh", pack(`${top}/ov-llm`), "it is no release of ov-llm"],
  ["one with a file elsewhere", pack(`${top}/install.sh`, "elsewhere/x"), "it is no release of ov-llm"],
  [
    "one that leads out of its folder",
    pack(`${top}/../x`, `${top}/install.sh`),
    "it is no release of ov-llm",
  ],
  ["one for another machine", pack("ov-llm-1.2.3-linux-mips/install.sh"), "it is for linux-mips"],
])("%s is refused, and nothing is unpacked", async (_, bytes, says) => {
  const { folder, path } = place(bytes);
  const into = mkdtempSync(join(folder, "into-"));
  await expect(unpack(path, into, signal)).rejects.toThrow(says);
  expect(existsSync(join(into, top))).toBe(false);
});

test("an archive on disk is held to the SHA256SUMS beside it, where that lists it", async () => {
  expect(await checkBeside(place(good).path)).toBe(false);
  expect(await checkBeside(place(good, renderSums([{ path: "other", bytes: good }])).path)).toBe(false);
  expect(await checkBeside(place(good, renderSums([{ path: name, bytes: good }])).path)).toBe(true);
  const wrong = place(good, renderSums([{ path: name, bytes: Buffer.from("x") }]));
  await expect(checkBeside(wrong.path)).rejects.toThrow(/its sha256 is [0-9a-f]{64}, and .*SHA256SUMS lists/);
  await expect(openArchive(join(temp, "none"), temp, signal)).rejects.toThrow("There is no file");
});

test("an address is asked for its archive, which must have its sum", async () => {
  const files = new Map<string, Uint8Array | string>([
    ["/SHA256SUMS", renderSums([{ path: name, bytes: good }])],
    [`/${name}`, good],
    ["/v1.2.4/SHA256SUMS", renderSums([{ path: name, bytes: good }])],
    ["/bad/SHA256SUMS", renderSums([{ path: name, bytes: Buffer.from("x") }])],
    [`/bad/${name}`, good],
    ["/empty/SHA256SUMS", ""],
    ["/large/SHA256SUMS", "x".repeat(1_000_001)],
  ]);
  await using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) => {
      const file = files.get(new URL(url).pathname);
      return file === undefined ? new Response("", { status: 404 }) : new Response(file.slice());
    },
  });
  const url = server.url.origin;
  const scratch = mkdtempSync(join(temp, "scratch-"));
  const offer = await findOffer({ url: `${url}/`, version: null }, signal);
  expect(offer).toMatchObject({ url, archive: { version: "1.2.3" } });
  expect(await fetchOffer(offer, scratch, signal)).toEqual({ folder: join(scratch, top), version: "1.2.3" });

  const other = findOffer({ url, version: "1.2.4" }, signal);
  await expect(other).rejects.toThrow("v1.2.4 is version 1.2.3, expected 1.2.4");
  await expect(findOffer({ url: `${url}/empty`, version: null }, signal)).rejects.toThrow("has no archive");
  await expect(findOffer({ url, version: "9.9.9" }, signal)).rejects.toThrow("status 404");
  await expect(fetchText(`${url}/large/SHA256SUMS`, signal)).rejects.toThrow("more than 1000000 bytes");
  const bad = await findOffer({ url: `${url}/bad`, version: null }, signal);
  const clean = mkdtempSync(join(temp, "clean-"));
  await expect(fetchOffer(bad, clean, signal)).rejects.toThrow("expected");
  expect(existsSync(join(clean, name))).toBe(false);
});

test("a download that ends early is an error, and leaves no file", async () => {
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: (socket) => void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\nhalf") },
  });
  const place = join(temp, "half");
  const url = `http://me:secret@127.0.0.1:${server.port}/x`;
  const error = await fetchFile(url, "0".repeat(64), place, signal).catch((reason: Error) => reason);
  server.stop(true);
  expect(String(error)).toContain(`Cannot fetch http://127.0.0.1:${server.port}/x`);
  expect(existsSync(place)).toBe(false);
});

test("a full disk is an error with the next step, and leaves no file", async () => {
  await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(good.slice()) });
  const place = join(temp, "full");
  const source = join(import.meta.dir, "../../src/release/fetch.ts");
  const program = `import { fetchFile } from "${source}";
    const { signal } = new AbortController();
    console.log(await fetchFile("${server.url.href}x", "0".repeat(64), "${place}", signal).catch(String));`;
  const limited = ["bash", "-c", `trap "" XFSZ; ulimit -f 0; exec "$@"`, "bash"];
  const child = Bun.spawn([...limited, process.execPath, "-e", program], { stdout: "pipe" });
  expect(await child.stdout.text()).toMatch(/Cannot fetch .* in .*Free some space there, or set TMPDIR/);
  expect(existsSync(place)).toBe(false);
});

test("an address with a password is never shown, and asked for where the server wants one", async () => {
  const asked: (string | null)[] = [];
  await using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ headers }) => {
      asked.push(headers.get("authorization"));
      return asked.at(-1) === null ? new Response("", { status: 401 }) : new Response("nothing");
    },
  });
  const url = `http://127.0.0.1:${server.port}/x`;
  const ask = async (url: string) => await findOffer({ url, version: null }, signal).catch(String);
  expect(await ask(url)).toContain(
    "status 401. Give the address with its name and password, https://NAME:PASSWORD@…, as --release-url",
  );
  expect(await ask(url.replace("//", "//me:secret@"))).toContain(`The release at ${url} has no archive`);
  expect(asked).toEqual([null, `Basic ${btoa("me:secret")}`]);
});

test("a stop ends a download", async () => {
  await using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Promise(() => {}) });
  const stop = new AbortController();
  const fetched = fetchText(server.url.href, stop.signal);
  stop.abort(new Error("stopped"));
  await expect(fetched).rejects.toThrow("stopped");
});
