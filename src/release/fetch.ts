import { rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { OvError, toReason } from "../errors.ts";
import { isDiskFull } from "../files.ts";
import { watchSilence } from "../hub/request.ts";
import { toShownUrl } from "./address.ts";

/** Much longer than a list of sums ever is. */
const mostText = 1_000_000;

/** The text at the address. Throws `download_failed`. */
export async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  await receive(url, signal, async (chunk) => {
    length += chunk.length;
    if (length > mostText) throw failed(url, `it has more than ${mostText} bytes`);
    chunks.push(chunk);
  });
  return Buffer.concat(chunks).toString("utf8");
}

/** Brings the file to `place`, if its sha256 is that one; else, or when it fails, there is no file. Throws `download_failed`. */
export async function fetchFile(
  url: string,
  sha256: string,
  place: string,
  signal: AbortSignal,
): Promise<void> {
  const hash = new Bun.CryptoHasher("sha256");
  const handle = await open(place, "w");
  try {
    await receive(url, signal, async (chunk) => {
      hash.update(chunk);
      // All of it: `write` may end early where the disk is full.
      await handle.writeFile(chunk);
    });
    const have = hash.digest("hex");
    if (have !== sha256) {
      const next = "Run it again; if that does not help, a proxy or mirror on the way changes it.";
      throw failed(url, `its sha256 is ${have}, expected ${sha256}`, next);
    }
  } catch (error) {
    rmSync(place, { force: true });
    signal.throwIfAborted();
    throw error instanceof OvError ? error : toUnwritable(url, dirname(place), error);
  } finally {
    await handle.close();
  }
}

async function receive(
  url: string,
  signal: AbortSignal,
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const silence = watchSilence(signal);
  const fail = (cause: unknown) => failed(url, toReason(cause));
  try {
    silence.listen();
    const asked = fetch(url, { signal: silence.signal, headers: { "accept-encoding": "identity" } });
    const response = await asked.catch((error: unknown) => {
      throw fail(error);
    });
    if (!response.ok) {
      await response.body?.cancel().catch(() => {});
      throw failed(url, `the server answered with status ${response.status}`, adviseOn(response.status));
    }
    let length = 0;
    for await (const chunk of silence.pieces(response, fail)) {
      length += chunk.length;
      await take(chunk);
    }
    const stated = Number(response.headers.get("content-length") ?? length);
    if (length !== stated) throw failed(url, `it ended after ${length} of ${stated} bytes`);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    silence.stop();
  }
}

function toUnwritable(url: string, folder: string, error: unknown): OvError {
  const next = isDiskFull(error)
    ? "Free some space there, or set TMPDIR to a folder with more, then run it again."
    : "Set TMPDIR to a folder that can be written, then run it again.";
  return failed(url, `${toReason(error)} in ${folder}`, next);
}

/** install.sh keeps no password of an address. */
function adviseOn(status: number): string | undefined {
  if (status !== 401 && status !== 403) return undefined;
  return "Give the address with its name and password, https://NAME:PASSWORD@…, as --release-url or OV_RELEASE_URL.";
}

function failed(url: string, why: string, next = "Check the network and the address."): OvError {
  return new OvError("download_failed", { what: `Cannot fetch ${toShownUrl(url)}`, why, next });
}
