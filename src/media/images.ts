import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { OvError, toReason } from "../errors.ts";
import { decodeDataUrl } from "./data-url.ts";

/** An image as a client names it; `at`: where that stood in the request. */
export interface NamedImage {
  url: string;
  at: string;
}

export interface ImageStoreOptions {
  /** Private; what is written is removed again. */
  folder: string;
  /** Unique, fit for a file's name. */
  newId: () => string;
  /** The bytes behind an http(s) address. Throws OvErrors that name the image. */
  fetch: (image: NamedImage, signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

/** Images in one request at most. */
const mostImages = 64;

/**
 * Makes files of the images that a request names, so that hosts read them there and no pipe carries them. All or none: what
 * fails removes those before it.
 */
export function createImageStore({ folder, newId, fetch }: ImageStoreOptions) {
  async function write(image: NamedImage, path: string, signal: AbortSignal): Promise<void> {
    const bytes = /^data:/i.test(image.url) ? decodeDataUrl(image.url, image.at) : fetch(image, signal);
    const file = await open(path, "wx", 0o600).catch((error: unknown) => {
      throw cannotWrite(folder, error);
    });
    try {
      for await (const piece of bytes) {
        signal.throwIfAborted();
        await file.writeFile(piece).catch((error: unknown) => {
          throw cannotWrite(folder, error);
        });
      }
    } finally {
      await file.close();
    }
  }

  return async (images: readonly NamedImage[], signal: AbortSignal) => {
    if (images.length > mostImages) throw tooMany(images);
    const files = images.map(({ at }) => ({ path: join(folder, newId()), at }));
    const release = async () => {
      await Promise.allSettled(files.map(({ path }) => rm(path, { force: true })));
    };
    try {
      for (const [index, image] of images.entries()) {
        const file = files[index];
        if (file) await write(image, file.path, signal);
      }
    } catch (error) {
      await release();
      throw error;
    }
    return { files, release };
  };
}

function cannotWrite(folder: string, error: unknown): OvError {
  const what = `Cannot write an image to "${folder}"`;
  const next = "Make room there, or set TMPDIR to another folder and restart the server.";
  return new OvError("internal_error", { what, why: toReason(error), next }, { cause: error });
}

function tooMany(images: readonly NamedImage[]): OvError {
  const at = images[mostImages]?.at ?? "messages";
  const what = `The request has ${images.length} images: send at most ${mostImages}.`;
  return new OvError("invalid_request", what, { param: at });
}
