import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { runtimePython } from "../../../src/engine/kinds/batching/probe.ts";
import { benchDir, prepareBenchPython } from "./python-env.ts";

const billion = {
  context_length: 8192,
  embedding_length: 2048,
  block_count: 16,
  feed_forward_length: 8192,
  "attention.head_count": 32,
  "attention.head_count_kv": 8,
  "rope.dimension_count": 64,
};

/**
 * Models of the Llama architecture by their metadata (ggml, "GGUF": `llama.*`), with random weights in Q4_0, the same ones
 * layer by layer for those of the same widths.
 */
export const shapes = {
  /** As Llama 3.2 1B, with SmolLM2's vocabulary. */
  "random-1b": billion,
  /** From a layer on its layers add next to nothing. */
  "random-1b-calm": { ...billion, calm_from: 2 },
  /** The layers before those. */
  "random-1b-first": { ...billion, block_count: 2 },
  /** As SmolLM2 135M, with eight times its context. */
  "random-long": {
    context_length: 65_536,
    embedding_length: 576,
    block_count: 30,
    feed_forward_length: 1536,
    "attention.head_count": 9,
    "attention.head_count_kv": 3,
    "rope.dimension_count": 64,
  },
  /** A long context whose attention is cheap: a small machine reads 32k tokens of it in less than a minute. */
  "random-light": {
    context_length: 65_536,
    embedding_length: 256,
    block_count: 4,
    feed_forward_length: 512,
    "attention.head_count": 4,
    "attention.head_count_kv": 2,
    "rope.dimension_count": 64,
  },
  /** Little to compute, and many numbers of keys and values for each token: its KV cache fills soon. */
  "random-cache": {
    context_length: 65_536,
    embedding_length: 512,
    block_count: 8,
    feed_forward_length: 512,
    "attention.head_count": 8,
    "attention.head_count_kv": 8,
    "rope.dimension_count": 64,
  },
} as const;
export type Shape = keyof typeof shapes;

export function isShape(name: string): name is Shape {
  return Object.hasOwn(shapes, name);
}

/** The path of the shape's .gguf file, which is made where it is absent. `like`: a real model, for its tokenizer and template. */
export async function prepareRandomModel(
  shape: Shape,
  like: string,
  say: (line: string) => void,
): Promise<string> {
  const path = join(benchDir(), "models", `${shape}.gguf`);
  if (existsSync(path)) return path;
  const python = await prepareBenchPython(say);
  return make(path, (partial) => [
    ...[python, join(import.meta.dir, "../python/make_random_model.py")],
    ...[like, partial, JSON.stringify(shapes[shape])],
  ]);
}

/** The same as an OpenVINO folder, whose tokenizer does not cut prompts that the shape has room for. */
export async function prepareRandomFolder(
  shape: Shape,
  like: string,
  { runtimeDir, say }: { runtimeDir: string; say: (line: string) => void },
): Promise<string> {
  const path = join(benchDir(), "models", shape);
  if (existsSync(path)) return path;
  const file = await prepareRandomModel(shape, like, say);
  return make(path, (partial) => [
    ...[runtimePython(runtimeDir), join(import.meta.dir, "../python/make_ir.py")],
    ...[file, partial, String(shapes[shape].context_length)],
  ]);
}

/** Runs a script that writes a path. */
function make(path: string, argv: (partial: string) => string[]): Promise<string> {
  return makeWhole(path, async (partial) => {
    const child = Bun.spawn(argv(partial), { stdio: ["ignore", "ignore", "pipe"] });
    const [said, code] = await Promise.all([child.stderr.text(), child.exited]);
    if (code !== 0) throw new Error(`${path} could not be made:\n${said}`);
  });
}

/** Has a path written, which appears once it is whole. */
export async function makeWhole(path: string, write: (partial: string) => Promise<void>): Promise<string> {
  const partial = `${path}.${process.pid}.partial`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    await write(partial);
    renameSync(partial, path);
    return path;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
