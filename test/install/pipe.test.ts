import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repo } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { renderSums } from "../supply/release/archive.ts";
import { toInstallScript } from "../supply/release/contents.ts";
import { compress, renderTar } from "../supply/release/tar.ts";

const temp = createTempDir();
const script = readFileSync(join(repo, "install.sh"), "utf8");
const archive = "ov-llm-1.2.3-linux-x64.tar.gz";
// An install.sh that says how it was called.
const inner = `#!/usr/bin/env bash\nprintf '%s|' installed "$INSTALL_SOURCE" "\${OV_RELEASE_URL-none}" "$@"; rm -rf "\${0%/*/*}"\n`;
const packed = compress(
  renderTar([{ path: "ov-llm-1.2.3-linux-x64/install.sh", bytes: Buffer.from(inner), mode: 0o755 }], 0),
);

/** What the server gives, by name; a number is a status. */
type Release = Record<string, Uint8Array | string | "cut">;
let release: Release = {};
let url = "";
let server: Bun.TCPSocketListener;

beforeAll(() => {
  // Below HTTP's own libraries, which would not end a body early.
  server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(socket, bytes) {
        const name = /^GET \/([^ ]*) /.exec(bytes.toString())?.[1] ?? "";
        const body = release[name];
        if (body === undefined) socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        else if (body === "cut") socket.end("HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\nhalf");
        else {
          socket.write(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`);
          socket.end(body);
        }
      },
    },
  });
  url = `http://127.0.0.1:${server.port}`;
});
afterAll(() => server.stop(true));

const sums = (bytes: Uint8Array, name = archive) => renderSums([{ path: name, bytes }]);

/** Pipes the text into a shell, as `curl … | sh` does, on a machine of x86-64; `left` is what stays in TMPDIR and HOME. */
async function pipe(shell: string[], env: Record<string, string> = {}, text = script) {
  const folder = mkdtempSync(join(temp, "pipe-"));
  for (const name of ["home", "tmp", "bin"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "bin/uname"), '#!/bin/sh\n[ "$1" = -s ] && echo Linux || echo x86_64\n', {
    mode: 0o755,
  });
  const child = Bun.spawn(shell, {
    cwd: folder,
    env: {
      PATH: `${join(folder, "bin")}:${process.env.PATH}`,
      HOME: join(folder, "home"),
      TMPDIR: join(folder, "tmp"),
      OV_RELEASE_URL: url,
      ...env,
    },
    stdin: new Blob([text]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  const left = ["home", "tmp"].flatMap((name) => readdirSync(join(folder, name)));
  return { code, out, err, left };
}

describe("install.sh through a pipe", () => {
  test.each([[["sh"]], [["bash"]], [["bash", "--posix"]]])(
    "fetches the release, checks it and gives way to its install.sh: %j",
    async (shell) => {
      release = { SHA256SUMS: sums(packed), [archive]: packed };
      const { code, out, err, left } = await pipe([...shell, "-s", "--", "--no-serve"], {
        OV_RELEASE_URL: `${url}/`,
      });
      expect(err).toBe("");
      expect(out).toBe(`Fetching ${archive}\ninstalled|${url}|none|--no-serve|`);
      expect([code, left]).toEqual([0, []]);
    },
  );

  test("takes the address that the release has written into it", async () => {
    release = { SHA256SUMS: sums(packed), [archive]: packed };
    const text = script.replace(/^release_url=$/m, `release_url=${url}`);
    expect((await pipe(["sh"], { OV_RELEASE_URL: "" }, text)).out).toContain(`installed|${url}|none|`);
  });

  test("shows no password of the address", async () => {
    release = {};
    const { err } = await pipe(["sh"], { OV_RELEASE_URL: url.replace("//", "//me:secret@") });
    expect(err).toContain(`install.sh: ${url}/SHA256SUMS could not be fetched`);
    expect(err).not.toContain("secret");
  });

  test("names the disk that is full", async () => {
    const large = Buffer.alloc(50_000, "x");
    release = { SHA256SUMS: sums(large), [archive]: large };
    const { code, err, left } = await pipe(["sh", "-c", "trap '' XFSZ; ulimit -f 8; exec sh"]);
    expect(err).toContain(`${archive} could not be written to`);
    expect(err).toContain("check the free disk space there, or set TMPDIR");
    expect([code, left]).toEqual([1, []]);
  });

  test("that is cut off does nothing", async () => {
    const text = script.slice(0, script.indexOf('install_release "$@"'));
    for (const part of [text, text.slice(0, text.length / 2)]) {
      expect(await pipe(["sh"], {}, part)).toMatchObject({ out: "", left: [] });
    }
  });

  test.each<[why: string, files: () => Release, says: string]>([
    [
      "a wrong sum",
      () => ({ SHA256SUMS: sums(Buffer.from("x")), [archive]: packed }),
      "has another sha256 than the release lists",
    ],
    [
      "an archive that another one's sum names",
      () => ({ SHA256SUMS: `${sums(packed, "other")}${sums(Buffer.from("x"))}`, [archive]: packed }),
      "has another sha256 than the release lists",
    ],
    [
      "a download that ends early",
      () => ({ SHA256SUMS: sums(packed), [archive]: "cut" }),
      "could not be fetched",
    ],
    ["an archive that is not there", () => ({ SHA256SUMS: sums(packed) }), `${archive} could not be fetched`],
    ["an address without a release", () => ({}), "SHA256SUMS could not be fetched"],
    [
      "a release without this machine",
      () => ({ SHA256SUMS: sums(packed, "ov-llm-1.2.3-linux-arm64.tar.gz") }),
      "has no archive for linux-x64",
    ],
    [
      "a name that leads elsewhere",
      () => ({ SHA256SUMS: sums(packed, `../${archive}`) }),
      "has no archive for",
    ],
  ])("refuses %s and leaves nothing", async (_, files, says) => {
    release = files();
    const { code, out, err, left } = await pipe(["sh"]);
    expect(err).toContain(says);
    expect(err).toContain("\n  Next: ");
    expect(out).not.toContain("installed");
    expect([code, left]).toEqual([1, []]);
  });

  test.each(["", "ftp://127.0.0.1/x", "--version", "file:///etc"])(
    "refuses the address %j",
    async (address) => {
      const { code, err, left } = await pipe(["sh"], { OV_RELEASE_URL: address });
      expect(err).toContain(`"${address}" is not the address of a release`);
      expect(err).toContain("Next: set OV_RELEASE_URL");
      expect([code, left]).toEqual([1, []]);
    },
  );
});

test.each(["https://x.example/$(id)", "https://x.example/a'b", "https://x.example/?q=1", "x.example"])(
  "a release at %j is not built: a shell reads that address",
  (address) => {
    expect(() => toInstallScript(script, address)).toThrow("is not the address of a release");
  },
);
