import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { startAlarm } from "../alarm.ts";
import { toReason } from "../errors.ts";
import { runProgram, type Variables } from "../linux/program.ts";
import { readFromTarGz, readFromZip } from "./archive.ts";
import { type Lock, writeLock } from "./lock.ts";

/** What uv is fetched for; `machine` as `process.arch` names it. */
export interface UvWanted {
  version: string;
  machine: string;
  lock: Lock;
  /** A folder for what is fetched, which is left there. */
  scrapDir: string;
  /** Interpreters of any release on this machine: their pip may fetch uv. */
  pythons: readonly string[];
  /** Those of pip and of the addresses; absent: those of this process for pip, and no addresses of its own. */
  variables: Variables | undefined;
  signal?: AbortSignal | undefined;
}

/** A place that may have uv: its executable, or why it cannot be had from there, as a part of a sentence. */
export interface UvSource {
  name: string;
  fetch(): Promise<Buffer | { reason: string }>;
}

// Nothing that is fetched here takes longer on a line that can bring the engine.
const fetchMs = 10 * 60_000;
const machines: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/** In the order to try: the index that the variables name, the pip of a Python, uv's own releases. */
export function listUvSources(wanted: UvWanted): UvSource[] {
  const { variables = {}, pythons } = wanted;
  const index = variables.UV_DEFAULT_INDEX || variables.UV_INDEX_URL || variables.PIP_INDEX_URL;
  const sources: UvSource[] = index
    ? [{ name: "the package index", fetch: () => fromIndex(index, wanted) }]
    : [];
  for (const python of pythons)
    sources.push({ name: `pip of ${python}`, fetch: () => fromPip(python, wanted) });
  return [...sources, { name: "uv's releases", fetch: () => fromReleases(wanted) }];
}

/** An index of packages, as pip and uv take it (PEP 503 and PEP 691). */
async function fromIndex(index: string, wanted: UvWanted): Promise<Buffer | { reason: string }> {
  const accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.5";
  const page = await download(`${index.replace(/\/+$/, "")}/uv/`, wanted, accept);
  if ("reason" in page) return page;
  const link = findWheel(page.bytes.toString("utf8"), wanted);
  if (link === null) return { reason: `it has no uv ${wanted.version} for this machine` };
  const wheel = await download(new URL(link, page.address).href, wanted);
  return "reason" in wheel ? wheel : unpackWheel(wheel.bytes);
}

const Listing = Type.Object({
  files: Type.Array(Type.Object({ filename: Type.String(), url: Type.String() })),
});

/** The address of the wheel for this machine in an index's page about uv, in either form; may be relative. */
export function findWheel(
  page: string,
  { version, machine }: Pick<UvWanted, "version" | "machine">,
): string | null {
  const isIt = (name: string) =>
    name.startsWith(`uv-${version}-`) &&
    name.endsWith(`_${machines[machine]}.whl`) &&
    name.includes("manylinux");
  const links = readListing(page) ?? readAnchors(page);
  return links.find(({ filename }) => isIt(filename))?.url ?? null;
}

function readListing(page: string): { filename: string; url: string }[] | null {
  try {
    const listing: unknown = JSON.parse(page);
    return Value.Check(Listing, listing) ? listing.files : null;
  } catch {
    return null;
  }
}

function readAnchors(page: string): { filename: string; url: string }[] {
  return [...page.matchAll(/<a\s[^>]*href="([^"]+)"/gi)].map(([, href = ""]) => {
    const url = href.replaceAll("&amp;", "&");
    return {
      url,
      filename: decodeURIComponent(
        url
          .replace(/[?#].*$/, "")
          .split("/")
          .at(-1) ?? "",
      ),
    };
  });
}

async function fromPip(python: string, wanted: UvWanted): Promise<Buffer | { reason: string }> {
  const dir = mkdtempSync(join(wanted.scrapDir, "uv-"));
  const flags = [
    "--disable-pip-version-check",
    "--no-input",
    "--only-binary",
    ":all:",
    "--no-deps",
    "--require-hashes",
  ];
  const command = [
    python,
    "-I",
    "-m",
    "pip",
    "download",
    ...flags,
    "-d",
    dir,
    "-r",
    writeLock(dir, wanted.lock),
  ];
  const { variables, signal } = wanted;
  const { reason } = await runProgram(command, { variables, signal, timeoutMs: fetchMs });
  const wheel = readdirSync(dir).find((name) => name.endsWith(".whl"));
  if (reason !== null || wheel === undefined) return { reason: reason ?? "it fetched nothing" };
  return await unpackWheel(readFileSync(join(dir, wheel)));
}

/** The executable in them is the one in the wheel: both are copies of one build. UV_DOWNLOAD_URL is uv's own name for a mirror. */
async function fromReleases(wanted: UvWanted): Promise<Buffer | { reason: string }> {
  const { version, machine, variables = {} } = wanted;
  const place = variables.UV_DOWNLOAD_URL || `https://github.com/astral-sh/uv/releases/download/${version}`;
  const file = `uv-${machines[machine]}-unknown-linux-gnu.tar.gz`;
  const archive = await download(`${place.replace(/\/+$/, "")}/${file}`, wanted);
  if ("reason" in archive) return archive;
  return await unpack(() => readFromTarGz(archive.bytes, "*/uv"));
}

async function unpackWheel(wheel: Buffer): Promise<Buffer | { reason: string }> {
  return await unpack(async () => readFromZip(wheel, (name) => /^uv-[^/]+\.data\/scripts\/uv$/.test(name)));
}

async function unpack(read: () => Promise<Buffer | null>): Promise<Buffer | { reason: string }> {
  try {
    return (await read()) ?? { reason: "what came holds no uv" };
  } catch (error) {
    return { reason: `what came cannot be unpacked: ${toReason(error)}` };
  }
}

/** Of an address that may hold a name and a password; neither is ever in the reason. */
async function download(
  address: string,
  { signal }: UvWanted,
  accept = "*/*",
): Promise<{ bytes: Buffer; address: string } | { reason: string }> {
  try {
    const url = new URL(address);
    const { username, password } = url;
    url.username = "";
    url.password = "";
    const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
      "base64",
    );
    const headers = { accept, ...(username !== "" && { authorization: `Basic ${login}` }) };
    const late = new AbortController();
    using _alarm = startAlarm(fetchMs, () =>
      late.abort(new Error(`it took longer than ${fetchMs / 1000} s`)),
    );
    const bound = AbortSignal.any([late.signal, ...(signal ? [signal] : [])]);
    const response = await fetch(url, { headers, signal: bound });
    if (!response.ok) return { reason: `it answered ${response.status}` };
    return { bytes: Buffer.from(await response.arrayBuffer()), address: response.url || url.href };
  } catch (error) {
    if (signal?.aborted) return { reason: "it was stopped" };
    return { reason: toReason(error).replace(/\b[a-z]+:\/\/\S+/gi, "it") };
  }
}
