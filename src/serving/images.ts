import { OvError } from "../errors.ts";
import { listImages, refuseImages } from "../generate/images.ts";
import type { RawRequest } from "../generate/raw.ts";
import type { TextRequest } from "../generate/request.ts";
import { takesImages } from "../models/tasks.ts";
import type { ImageFile } from "../protocol/generate.ts";
import type { CatalogModel } from "./catalog.ts";

/** An image as a client names it. */
export interface WantedImage {
  /** `data:…;base64,…`, or an http(s) address. */
  url: string;
  at: string;
}

/** Images as files, which a host reads. */
export interface OpenImages {
  /** In the order of the request. */
  files: readonly ImageFile[];
  /** Removes the files. */
  release(): Promise<void>;
}

/**
 * Fetches images and writes them to files. Throws `invalid_request` and `unsupported_parameter` that name the image, and the
 * signal's reason.
 */
export type OpenImagesOf = (images: readonly WantedImage[], signal: AbortSignal) => Promise<OpenImages>;

const none: OpenImages = { files: [], release: async () => {} };

/** The images of a request for its model. Throws `unsupported_parameter` if the model takes none. */
export async function openImagesOf(
  request: TextRequest | RawRequest,
  model: CatalogModel,
  { open, signal }: { open: OpenImagesOf | undefined; signal: AbortSignal },
): Promise<OpenImages> {
  if ("prompts" in request) return none;
  const images = listImages(request.conversation.turns);
  if (images.length === 0) return none;
  checkImages(request, model);
  if (open === undefined) refuseImages(images, "this server");
  return (await open?.(images, signal)) ?? none;
}

/** Throws `unsupported_parameter` for images if the model's task takes none. */
export function checkImages({ conversation }: TextRequest, { name, entry }: CatalogModel): void {
  if (takesImages(entry.task) !== false) return;
  refuseImages(listImages(conversation.turns), `model ${JSON.stringify(name)}`);
}

/** Throws `unsupported_parameter` for images in a request for a prompt's token ids. */
export function refuseToTokenize({ conversation }: TextRequest): void {
  const [image] = listImages(conversation.turns);
  if (image === undefined) return;
  const what = `"${image.at}" is an image, whose tokens have no ids`;
  const next = "Leave it out; POST /v1/messages/count_tokens and /v1/responses/input_tokens count it.";
  throw new OvError("unsupported_parameter", { what, next }, { param: image.at });
}
