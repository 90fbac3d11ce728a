import type { Picture } from "./turns.ts";

/** A chosen file as a `data:` URL, which the API takes; rejects with the browser's own error where it cannot be read. */
export async function readPicture(file: File): Promise<Picture> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = new FileReader();
  reader.onload = () => resolve(typeof reader.result === "string" ? reader.result : "");
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
  return { name: file.name, file, url: await promise };
}
