import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { renderBytes } from "../bytes.ts";
import type { HubAddress } from "./address.ts";
import { toRepoName } from "./names.ts";
import { askForText, failed } from "./request.ts";

/** A file of a repository. */
export interface HubFile {
  /** With slashes; never absolute, and without `..`. */
  path: string;
  /** null: the hub does not say. */
  bytes: number | null;
  /** Of its content, in hexadecimal; `git`: SHA-1 of a git blob. null: the hub does not say. */
  digest: { kind: "sha256" | "git"; hex: string } | null;
}

/** All files of a repository, at one commit. */
export interface Listing {
  repo: string;
  commit: string;
  files: HubFile[];
}

const maybe = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

/** GET /api/models/{repo}?blobs=true (`ModelInfo` and `RepoSibling` of the hub's Python client). */
const ModelInfo = Type.Object({
  sha: Type.String({ pattern: "^[0-9a-f]{40}$" }),
  siblings: Type.Array(
    Type.Object({
      rfilename: Type.String(),
      size: maybe(Type.Integer({ minimum: 0 })),
      blobId: maybe(Type.String()),
      lfs: Type.Optional(Type.Union([Type.Object({ sha256: Type.String() }), Type.Null()])),
    }),
  ),
});

/** Some 50,000 files. */
const longestList = 10_000_000;

/** Asks the hub what is in `owner/name`. Throws `download_failed`. */
export async function listRepo(hub: HubAddress, repo: string, signal: AbortSignal): Promise<Listing> {
  const { owner, name } = toRepoName(repo);
  const path = `/api/models/${owner}/${name}?blobs=true`;
  const text = await askForText({ hub, repo, path, signal }, longestList);
  if (text === null) throw failed(repo, `its list of files has more than ${renderBytes(longestList)}`);
  const info = parseJson(text);
  if (!Value.Check(ModelInfo, info)) {
    throw failed(repo, `what answers at ${hub.endpoint} is not a hub of models`, "Check HF_ENDPOINT.");
  }
  const odd = findOddPath(info.siblings.map(({ rfilename }) => rfilename));
  if (odd !== undefined) throw failed(repo, `it names a file ${JSON.stringify(odd)}`);
  return { repo, commit: info.sha, files: info.siblings.map(toFile) };
}

/** null: it is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A path that does not stay in the folder, or that cannot be there beside the others; undefined: all can. */
function findOddPath(paths: readonly string[]): string | undefined {
  const folders = new Set(
    paths.flatMap((path) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index))),
  );
  return paths.find((path) => !isSafePath(path)) ?? paths.find((path) => folders.has(path));
}

function toFile({ rfilename, size, blobId, lfs }: Static<typeof ModelInfo>["siblings"][number]): HubFile {
  const sha256 = lfs?.sha256;
  const digest = sha256 ? toDigest("sha256", sha256, 64) : toDigest("git", blobId ?? "", 40);
  return { path: rfilename, bytes: size ?? null, digest };
}

function toDigest(kind: "sha256" | "git", hex: string, length: number): HubFile["digest"] {
  return hex.length === length && /^[0-9a-f]+$/.test(hex) ? { kind, hex } : null;
}

/** Linux takes 255 bytes; a part of a download has `.incomplete` more in its name. */
const longestName = 240;

/** A path that stays inside the folder it is joined to, and that a disk can have. */
function isSafePath(path: string): boolean {
  const isName = (part: string) =>
    part !== "" && part !== "." && part !== ".." && Buffer.byteLength(part) <= longestName;
  return !/[\\\p{Cc}]/u.test(path) && path.length <= 1000 && path.split("/").every(isName);
}

/** The address of a file's content. */
export function toFilePath({ repo, commit }: Listing, { path }: Pick<HubFile, "path">): string {
  return `/${repo}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`;
}
