import { closeSync, readSync } from "node:fs";
import { openFile } from "../files.ts";

// https://huggingface.co/docs/safetensors: eight bytes with the length of a JSON header, the header, the data.
const longestHeader = 100_000_000;

export interface SafetensorsFacts {
  /** Of the tensors. */
  names: string[];
  /** Numbers in all tensors together. */
  parameters: number;
  /** The whole file as its header says it must be, in bytes. */
  bytes: number;
}

/** What a .safetensors file's header says; null: it has none, so it is damaged. */
export function readSafetensors(path: string): SafetensorsFacts | null {
  let descriptor: number | undefined;
  try {
    descriptor = openFile(path);
    const start = Buffer.alloc(8);
    if (readSync(descriptor, start, 0, 8, 0) < 8) return null;
    const length = Number(start.readBigUInt64LE());
    if (length > longestHeader) return null;
    const header = Buffer.alloc(length);
    if (readSync(descriptor, header, 0, length, 8) < length) return null;
    return measure(JSON.parse(header.toString("utf8")), 8 + length);
  } catch {
    return null;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function measure(header: unknown, dataStart: number): SafetensorsFacts | null {
  if (typeof header !== "object" || header === null) return null;
  const names: string[] = [];
  let parameters = 0;
  let end = 0;
  for (const [name, tensor] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { shape, data_offsets: offsets }: { shape?: unknown; data_offsets?: unknown } = tensor ?? {};
    if (!Array.isArray(shape) || !Array.isArray(offsets)) return null;
    names.push(name);
    parameters += shape.reduce((product: number, next) => product * Number(next), 1);
    end = Math.max(end, Number(offsets[1]));
  }
  // What no file can hold is no header; 1e308 of something would go through all sums as infinity.
  if (!Number.isSafeInteger(parameters) || parameters < 0 || !Number.isSafeInteger(end)) return null;
  return { names, parameters, bytes: dataStart + end };
}
