import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createHub, type Hub } from "../../src/hub/hub.ts";
import type { Listing } from "../../src/hub/listing.ts";
import { failureOf } from "../helpers/failure.ts";
import { createTempDir } from "../helpers/temp.ts";

const temp = createTempDir();
const servers: Bun.Server<undefined>[] = [];
afterAll(() => Promise.all(servers.map((server) => server.stop(true))));

function serve(fetch: (request: Request) => Response): string {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", idleTimeout: 0, fetch });
  servers.push(server);
  return `http://127.0.0.1:${server.port}`;
}

const hubAt = (endpoint: string) =>
  createHub({ HF_ENDPOINT: endpoint, HF_TOKEN: "hf_secret", HOME: createdHome });
const createdHome = mkdtempSync(join(temp, "home-"));

interface Sibling {
  rfilename: string;
  size?: number;
}

const commit = "0123456789abcdef0123456789abcdef01234567";
const describeRepo = (siblings: readonly Sibling[]) => Response.json({ sha: commit, siblings });

/** A hub that lists these files and answers for each of them so. */
function hubOf(siblings: readonly Sibling[], file: (request: Request) => Response): Hub {
  return hubAt(
    serve((request) =>
      new URL(request.url).pathname.startsWith("/api/") ? describeRepo(siblings) : file(request),
    ),
  );
}

function endless(): Response {
  const piece = new Uint8Array(1_000_000).fill(32);
  return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(piece) }));
}

const never = new AbortController().signal;

async function fetchAll(hub: Hub): Promise<string> {
  const folder = mkdtempSync(join(temp, "model-"));
  const listing = await hub.list("o/m", never);
  const targets = listing.files.map((file) => ({ file, path: join(folder, file.path) }));
  await hub.download({ listing, targets, signal: never, onProgress: () => {} });
  return folder;
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const { code, message } = await failureOf(work);
  expect(code).toBe("download_failed");
  return message;
}

test.each([
  "../evil",
  "a/../../evil",
  "/etc/evil",
  "a//b",
  "./a",
  "a\\..\\evil",
  "a\nb",
  "a\u0000b",
  "",
  "..",
])("a file called %j is refused, and none is fetched", async (name) => {
  const asked: string[] = [];
  const hub = hubOf([{ rfilename: "config.json" }, { rfilename: name }], ({ url }) => {
    asked.push(url);
    return new Response("{}");
  });
  expect(await refusal(fetchAll(hub))).toContain("it names a file");
  expect(asked).toEqual([]);
});

test.each([
  ["that is too long for a disk", ["x".repeat(300)]],
  ["that is a folder, too", ["a/b", "a"]],
  ["within a file", ["a", "a/b"]],
])("a name %s is a clear failure", async (_, names) => {
  const hub = hubOf(
    names.map((rfilename) => ({ rfilename, size: 2 })),
    () => new Response("{}"),
  );
  await refusal(fetchAll(hub));
});

describe("what has no end is given up", () => {
  test("a list of files", async () => {
    expect(await refusal(hubAt(serve(endless)).list("o/m", never))).toContain("more than");
  });

  test("a small file whose size is not named", async () => {
    const hub = hubOf([{ rfilename: "config.json" }], endless);
    const listing = await hub.list("o/m", never);
    expect(await hub.readText(listing, "config.json", never)).toBeNull();
  });

  test("a file whose size is not named", async () => {
    const hub = hubOf([{ rfilename: "a.bin" }], endless);
    expect(await refusal(fetchAll(hub))).toContain("more than");
  }, 180_000);

  test("redirects", async () => {
    const hub = hubAt(serve(({ url }) => Response.redirect(url)));
    await refusal(hub.list("o/m", never));
  });
});

test("a token does not follow a redirect to another host", async () => {
  const tokens: (string | null)[] = [];
  const other = serve(({ headers }) => {
    tokens.push(headers.get("authorization"));
    return new Response("{}");
  }).replace("127.0.0.1", "localhost");
  const hub = hubOf([{ rfilename: "config.json", size: 2 }], () => Response.redirect(`${other}/x`));
  const folder = await fetchAll(hub);
  expect([readdirSync(folder), tokens]).toEqual([["config.json"], [null]]);
});

test.each(["file:///etc/passwd", "data:text/plain,{}", "ftp://127.0.0.1/x", "nonsense://x"])(
  "a redirect to %s is not followed",
  async (location) => {
    const hub = hubOf(
      [{ rfilename: "config.json" }],
      () => new Response(null, { status: 302, headers: { location } }),
    );
    const listing: Listing = await hub.list("o/m", never);
    await refusal(hub.readText(listing, "config.json", never));
  },
);

test("a page in the place of a file is no file", async () => {
  const page = () => new Response("<html>Log in first</html>", { headers: { "content-type": "text/html" } });
  const hub = hubOf([{ rfilename: "config.json", size: 2 }], page);
  const folder = mkdtempSync(join(temp, "page-"));
  const listing = await hub.list("o/m", never);
  const targets = listing.files.map((file) => ({ file, path: join(folder, file.path) }));
  const stop = new AbortController();
  const work = hub.download({ listing, targets, signal: stop.signal, onProgress: () => stop.abort() });
  await work.catch(() => {});
  expect(existsSync(join(folder, "config.json"))).toBe(false);
});
