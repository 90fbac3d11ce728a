import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** The few endpoints of a Hugging Face hub that src/hub uses, on a free port of loopback. */
export interface FakeHub {
  /** For HF_ENDPOINT. */
  url: string;
  /** `METHOD path`, and ` bytes=N-` where a range was asked for; in order. */
  requests: string[];
  /** Of all requests, without the word Bearer. */
  tokens: Set<string>;
  /** Resolves when a file's body has been held; see `hold`. */
  held: Promise<void>;
  stop(): Promise<void>;
}

export interface FakeHubOptions {
  /** `owner/name` -> file -> content. */
  repositories: Record<string, Record<string, string | Uint8Array>>;
  /** Repositories that want a token, and what such a hub says about it. */
  gated?: string[];
  /** Repositories whose files claim to be of this size. */
  claims?: Record<string, number>;
  /** Files that come damaged. */
  damaged?: string[];
  /** Answers the first so many requests for files with 503. */
  busy?: number;
  /** Sends so many bytes of this file's body at a request for all of it, and no more. */
  hold?: { file: string; after: number };
}

const commit = "0123456789abcdef0123456789abcdef01234567";

export function startFakeHub({
  repositories,
  gated = [],
  claims = {},
  damaged = [],
  busy = 0,
  hold,
}: FakeHubOptions): FakeHub {
  const requests: string[] = [];
  const tokens = new Set<string>();
  const { promise: held, resolve: onHeld } = Promise.withResolvers<void>();

  function answer(request: Request): Response {
    const { pathname } = new URL(request.url);
    const range = request.headers.get("range");
    requests.push(`${request.method} ${pathname}${range === null ? "" : ` ${range}`}`);
    const token = request.headers.get("authorization")?.replace("Bearer ", "");
    if (token !== undefined) tokens.add(token);
    const [, repo = "", rest = ""] =
      /^(?:\/api\/models)?\/([^/]+\/[^/]+?)((?:\/(?:revision|resolve|tree)\/.*)?)$/.exec(pathname) ?? [];
    const files = repositories[repo];
    if (files === undefined) return refuse(401, "RepoNotFound", "Invalid username or password.");
    const isApi = pathname.startsWith("/api/");
    if (!isApi && gated.includes(repo) && token === undefined) {
      return refuse(401, "GatedRepo", `Access to model ${repo} is restricted.`);
    }
    if (isApi) return Response.json(describe(repo, files, claims[repo]));
    if (busy > 0) {
      busy -= 1;
      return refuse(503, "", "Too busy");
    }
    const name = decodeURIComponent(rest.replace(/^\/resolve\/[^/]+\//, ""));
    const content = files[name];
    if (content === undefined) return refuse(404, "EntryNotFound", "Entry not found");
    const sent = Buffer.from(content);
    if (damaged.includes(name)) sent[0] = 255 - (sent[0] ?? 0);
    return send(request.method, name, sent, range);
  }

  function send(method: string, name: string, content: Uint8Array, range: string | null): Response {
    const from = Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
    const body = content.subarray(from);
    const headers = new Headers({
      etag: `"${createHash("sha256").update(content).digest("hex")}"`,
      "x-repo-commit": commit,
      "content-length": String(body.length),
      "accept-ranges": "bytes",
    });
    if (method === "HEAD") return new Response(null, { headers });
    if (range !== null) headers.set("content-range", `bytes ${from}-${content.length - 1}/${content.length}`);
    if (hold?.file === name && range === null) return stall(body.subarray(0, hold.after), headers);
    return new Response(body, { status: range === null ? 200 : 206, headers });
  }

  function stall(part: Uint8Array, headers: Headers): Response {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(part);
        onHeld();
      },
    });
    return new Response(body, { headers });
  }

  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", idleTimeout: 0, fetch: answer });
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    tokens,
    held,
    stop: () => server.stop(true),
  };
}

function describe(repo: string, files: Record<string, string | Uint8Array>, claim?: number) {
  const siblings = Object.entries(files).map(([rfilename, text]) => {
    const content = Buffer.from(text);
    const blobId = createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
    // Large files are kept apart from git.
    const isLarge = /\.(safetensors|bin|gguf)$/.test(rfilename);
    const lfs = { sha256: createHash("sha256").update(content).digest("hex"), size: content.length };
    return { rfilename, size: claim ?? content.length, blobId, ...(isLarge && { lfs }) };
  });
  return { id: repo, modelId: repo, sha: commit, siblings, private: false, gated: false, tags: [] };
}

/** A folder's files, as a repository. */
export function toRepository(folder: string): Record<string, Uint8Array> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name))]));
}

/** How the hub refuses: the client reads these headers, not the body. */
function refuse(status: number, code: string, message: string): Response {
  const headers = { "x-error-code": code, "x-error-message": message };
  return Response.json({ error: message }, { status, headers });
}
