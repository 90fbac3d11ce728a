import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { convertEnv, hfModelPath } from "./environment.ts";

/** A tiny model that sees, as a Hugging Face folder: see make_vision_model.py. */
export async function createVisionModel(folder: string): Promise<void> {
  const script = join(import.meta.dir, "make_vision_model.py");
  const child = Bun.spawn([join(convertEnv(), "bin/python"), script, hfModelPath(), folder], {
    env: { PATH: process.env.PATH, HF_HUB_OFFLINE: "1", PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [printed, code] = await Promise.all([child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(`make_vision_model.py ended with ${code}:\n${printed}`);
}

/** A PNG of one colour (PNG Specification, "Chunk layout"). */
export function toPng(width: number, height: number, colour: readonly [number, number, number]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits, red, green and blue.
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(3 * width, Buffer.from(colour))]);
  const pixels = deflateSync(Buffer.alloc(row.length * height, row));
  const chunks = [toChunk("IHDR", header), toChunk("IDAT", pixels), toChunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...chunks]);
}

function toChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
