import { useEffect, useRef } from "preact/hooks";
import type { Picture } from "../../chat/turns.ts";

const mostHeight = 160;

/** A small copy, drawn: the page's policy loads images from the server alone, not from `data:` URLs. */
export function PictureView({ picture: { name, file } }: { picture: Picture }) {
  const place = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    // What the browser cannot read remains an empty frame with its name; the server has the last word on it.
    void draw(file, place.current).catch(() => {});
  }, [file]);
  return <canvas ref={place} class="picture" role="img" aria-label={name} width={mostHeight} height={0} />;
}

async function draw(file: Blob, canvas: HTMLCanvasElement | null): Promise<void> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, mostHeight / bitmap.height);
  if (canvas === null) return;
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
}
