/** Numbers that are rendered before others get their turn. */
const atOnce = 50_000;

/** Lets others have their turn. */
export type Pause = () => Promise<void>;

/** The numbers of a vector: float32, little-endian, in base64. */
export function toNumbers(vector: string): number[] {
  const bytes = Uint8Array.fromBase64(vector);
  return [...new Float32Array(bytes.buffer, 0, bytes.byteLength / 4)];
}

/** Each vector as the JSON text of a list. */
export function renderVectors(vectors: readonly string[], pause: Pause): Promise<string[]> {
  return renderRows(vectors, (vector) => JSON.stringify(toNumbers(vector)), toCount, pause);
}

/** How many numbers a vector has, without decoding it. */
function toCount(vector: string): number {
  return Math.floor((vector.length * 3) / 16);
}

/** The JSON text of each row. Thousands of numbers take long, so they are rendered with pauses. */
export async function renderRows<Row>(
  rows: readonly Row[],
  render: (row: Row, index: number) => string,
  countNumbers: (row: Row) => number,
  pause: Pause,
): Promise<string[]> {
  const texts: string[] = [];
  let rendered = 0;
  for (const [index, row] of rows.entries()) {
    texts.push(render(row, index));
    rendered += countNumbers(row);
    if (rendered < atOnce) continue;
    await pause();
    rendered = 0;
  }
  return texts;
}
