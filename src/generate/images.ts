import { OvError } from "../errors.ts";
import type { ImageFile } from "../protocol/generate.ts";
import type { ImagePart, Part, Turn } from "./conversation.ts";

/** All images of a conversation, those of tools' results too. A prompt names them by their index here. */
export function listImages(turns: readonly Turn[]): ImagePart[] {
  const within = (part: Part): readonly Part[] => (part.type === "result" ? part.content : [part]);
  return turns
    .flatMap(({ parts }) => parts)
    .flatMap(within)
    .filter((part) => part.type === "image");
}

/**
 * The place of an image in the text for a chat template, between characters that no text has (Unicode, planes for
 * private use): templates copy them unchanged, and nothing that a client sends is taken for one.
 */
export function renderPlace(index: number): string {
  return `\u{F0000}${index}\u{F0001}`;
}

const place = /\u{F0000}(\d+)\u{F0001}/u;

/** A prompt with its images as the engine takes it: `<ov_genai_image_0>` stands for the first of `images`. */
export interface ImagePrompt {
  text: string;
  images: ImageFile[];
}

/** `files`: of all images of the conversation. Those that the prompt leaves out are left out. */
export function toImagePrompt(prompt: string, files: readonly ImageFile[]): ImagePrompt {
  const images: ImageFile[] = [];
  const text = prompt.split(place).map((part, position) => {
    // Splitting puts the captured indices at odd places.
    if (position % 2 === 0) return part.replaceAll("<ov_genai_", "<ov-genai_");
    const file = files[Number(part)];
    return file === undefined ? "" : `<ov_genai_image_${images.push(file) - 1}>`;
  });
  return { text: text.join(""), images };
}

/** Throws `unsupported_parameter` that names the first image. `model`: as a sentence names the one that takes none. */
export function refuseImages(images: readonly ImagePart[], model: string): void {
  const [image] = images;
  if (image === undefined) return;
  throw new OvError(
    "unsupported_parameter",
    `"${image.at}" is an image, but ${model} takes text only: leave it out, or use a vision model (task image-text-to-text).`,
    { param: image.at },
  );
}
