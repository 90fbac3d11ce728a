/** Numbers that are rendered before others get their turn. */
const atOnce = 50_000;

/** Lets others have their turn. */
export type Pause = () => Promise<void>;

/** The numbers of a vector: float32, little-endian, in base64. */
export function toNumbers(vector: string): number[] {
  const bytes = Uint8Array.fromBase64(vector);
  return [...new Float32Array(bytes.buffer, 0, bytes.byteLength / 4)];
}

/** Each vector as the JSON text of a list. Thousands of them take long, so they are rendered with pauses. */
export async function renderVectors(vectors: readonly string[], pause: Pause): Promise<string[]> {
  const texts: string[] = [];
  let rendered = 0;
  for (const vector of vectors) {
    const numbers = toNumbers(vector);
    texts.push(JSON.stringify(numbers));
    rendered += numbers.length;
    if (rendered < atOnce) continue;
    await pause();
    rendered = 0;
  }
  return texts;
}
