import { closeSync, fstatSync, readSync } from "node:fs";
import { openFile } from "../files.ts";

export interface IrOutput {
  name: string;
  /** How many dimensions it has. */
  rank: number;
  /** The last of them; null: it differs from input to input. */
  width: number | null;
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
  return findLayers(head, "Parameter").flatMap(({ tag }) => readAttribute(tag, "name") ?? []);
}

/**
 * The outputs of a network: `<layer … type="Result" … output_names="logits"><input><port …><dim>-1</dim>…`. Where
 * `output_names` is missing, as in older releases, the name is that of the port before it.
 */
export function readIrOutputs(path: string): IrOutput[] {
  const tail = readPart(path, (size) => [Math.max(0, size - tailBytes), Math.min(size, tailBytes)]);
  return findLayers(tail, "Result").flatMap(({ tag, start, content }) => {
    if (!content.includes("</layer>")) return [];
    const names = readAttribute(tag, "output_names") ?? findPortName(tail, start);
    const [, ...dims] = content.split("<dim>").map((text) => Number.parseInt(text, 10));
    const last = dims.at(-1) ?? -1;
    const shape = { rank: dims.length, width: last > 0 ? last : null };
    return names?.split(",").map((name) => ({ name, ...shape })) ?? [];
  });
}

/** How far the description of a port may lie before the next layer. */
const portBytes = 4096;
/** More inputs or outputs than a network with a cache for hundreds of layers has. */
const mostLayers = 5000;

interface Layer {
  tag: string;
  /** Where the tag starts. */
  start: number;
  /** All between the tag and the next layer. */
  content: string;
}

/** The tags of layers of a type. A regular expression would go through a hostile file for hours. */
function findLayers(xml: string, type: string): Layer[] {
  const layers: Layer[] = [];
  for (let start = xml.indexOf("<layer "); start !== -1 && layers.length < mostLayers; ) {
    const end = xml.indexOf(">", start);
    if (end === -1) break;
    const tag = xml.slice(start, end);
    const next = xml.indexOf("<layer ", end);
    const content = xml.slice(end, next === -1 ? xml.length : next);
    if (tag.includes(` type="${type}"`)) layers.push({ tag, start, content });
    start = next;
  }
  return layers;
}

/** What the last port before a place is called. */
function findPortName(xml: string, place: number): string | undefined {
  const before = xml.slice(Math.max(0, place - portBytes), place);
  return readAttribute(before.slice(Math.max(0, before.lastIndexOf(' names="'))), "names");
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
  const start = tag.indexOf(` ${name}="`);
  const value = start + name.length + 3;
  const end = start === -1 ? -1 : tag.indexOf('"', value);
  return end === -1 ? undefined : tag.slice(value, end);
}
