import { OvError, toReason } from "../errors.ts";
import { decodeDataUrl } from "./data-url.ts";

/** An image as a client names it; `at`: its place in the request. */
export interface NamedImage {
  url: string;
  at: string;
}

/** A file for a host to read, until it is removed. */
interface KeptFile {
  path: string;
  remove(): Promise<void>;
}

type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface ImageStoreOptions {
  /** Writes a file that only the hosts can read; a failure leaves no file. */
  keepFile: (pieces: Pieces) => Promise<KeptFile>;
  /** The bytes behind an http(s) address. Throws OvErrors that name the image. */
  fetch: (image: NamedImage, signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

/** Images in one request at most. */
const mostImages = 64;

/**
 * Writes the images of a request to files, so that hosts read them there and no pipe carries them. All or none: a failure
 * removes the files before it.
 */
export function createImageStore({ keepFile, fetch }: ImageStoreOptions) {
  async function keep(image: NamedImage, signal: AbortSignal): Promise<KeptFile> {
    const bytes = /^data:/i.test(image.url) ? decodeDataUrl(image.url, image.at) : fetch(image, signal);
    try {
      return await keepFile(whileWanted(bytes, signal));
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof OvError ? error : cannotWrite(image, error);
    }
  }

  return async (images: readonly NamedImage[], signal: AbortSignal) => {
    if (images.length > mostImages) throw tooMany(images);
    const kept: KeptFile[] = [];
    const release = async () => {
      await Promise.allSettled(kept.map(({ remove }) => remove()));
    };
    try {
      for (const image of images) kept.push(await keep(image, signal));
    } catch (error) {
      await release();
      throw error;
    }
    return { files: images.map(({ at }, index) => ({ path: kept[index]?.path ?? "", at })), release };
  };
}

async function* whileWanted(pieces: Pieces, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    yield piece;
  }
}

function cannotWrite({ at }: NamedImage, error: unknown): OvError {
  const what = `Cannot write "${at}" to a temporary file`;
  const next = "Make room for temporary files, or set TMPDIR to another folder and restart the server.";
  return new OvError("internal_error", { what, why: toReason(error), next }, { cause: error });
}

function tooMany(images: readonly NamedImage[]): OvError {
  const at = images[mostImages]?.at ?? "messages";
  const what = `The request has ${images.length} images: send at most ${mostImages}.`;
  return new OvError("invalid_request", what, { param: at });
}
