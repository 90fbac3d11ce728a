import { closeSync, fstatSync, readSync } from "node:fs";
import { openFile } from "../files.ts";

export interface IrOutput {
  name: string;
  /** How many dimensions it has. */
  rank: number;
}

/*
 * OpenVINO writes the inputs as the first layers and the outputs as the last ones before `</layers>`, which the edges
 * follow. The .xml of a large model has tens of megabytes; these parts of it hold both. 3 MB of edges: ten times what a
 * language model of 135 million parameters and 30 layers has.
 */
const headBytes = 64 * 1024;
const tailBytes = 3 * 1024 * 1024;

/** The names of a network's inputs, as its `openvino_*.xml` states them; empty: it is no IR, or is not there. */
export function readIrInputs(path: string): string[] {
  const head = readPart(path, (size) => [0, Math.min(size, headBytes)]);
  return [...head.matchAll(/<layer [^>]*type="Parameter"[^>]*>/g)].flatMap(
    ([tag]) => readAttribute(tag, "name") ?? [],
  );
}

/**
 * The outputs of a network: `<layer … type="Result" … output_names="logits"><input><port …><dim>-1</dim>…`. Where
 * `output_names` is missing, as in older releases, the name is that of the port before it.
 */
export function readIrOutputs(path: string): IrOutput[] {
  const tail = readPart(path, (size) => [Math.max(0, size - tailBytes), Math.min(size, tailBytes)]);
  return [...tail.matchAll(/<layer [^>]*type="Result"[^>]*>([\s\S]*?)<\/layer>/g)].flatMap((found) => {
    const [layer, content = ""] = found;
    const before = tail.slice(Math.max(0, found.index - 4096), found.index);
    const names =
      readAttribute(layer, "output_names") ?? [...before.matchAll(/ names="([^"]*)"/g)].at(-1)?.[1];
    const rank = content.match(/<dim>/g)?.length ?? 0;
    return names?.split(",").map((name) => ({ name, rank })) ?? [];
  });
}

/** A part of a file; empty where it cannot be read. */
function readPart(path: string, choose: (size: number) => [start: number, length: number]): string {
  try {
    const descriptor = openFile(path);
    try {
      const [start, length] = choose(fstatSync(descriptor).size);
      const bytes = Buffer.alloc(length);
      return bytes.toString("latin1", 0, readSync(descriptor, bytes, 0, length, start));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return "";
  }
}

function readAttribute(tag: string, name: string): string | undefined {
  return new RegExp(`^[^>]* ${name}="([^"]*)"`).exec(tag)?.[1];
}
