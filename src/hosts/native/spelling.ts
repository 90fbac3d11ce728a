import {
  existsSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBytesFile, readTextFile } from "../../files.ts";

const network = "openvino_detokenizer.xml";
const weightsFile = "openvino_detokenizer.bin";
/** A character that no text contains and a JSON string allows; the engine takes an empty entry for a special token. */
const never = new Set(["<unk>", "<s>", "</s>", "<pad>", "<bos>", "<eos>"]);
const space = Buffer.from("▁");

/** A constant in the weights. */
interface Span {
  offset: number;
  size: number;
}

interface Layer {
  id: string;
  type: string;
  span: Span | null;
}

/**
 * Calls `load` with the folder of a model whose vocabulary spells text literally, so that the engine can hold answers to
 * grammars: the model's own folder, or one of links to it, for as long as `load` takes. Why: batching/grammars/spelling.py.
 * Throws what writing throws.
 */
export async function withSpelledFolder<T>(model: string, load: (folder: string) => Promise<T>): Promise<T> {
  const weights = respell(model);
  if (weights === null) return await load(model);
  const folder = mkdtempSync(join(tmpdir(), "ov-llm-vocabulary-"));
  try {
    for (const name of readdirSync(model)) {
      if (name !== weightsFile) symlinkSync(realpathSync(join(model, name)), join(folder, name));
    }
    writeFileSync(join(folder, weightsFile), weights);
    return await load(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The detokenizer's weights with a vocabulary of text; null: it is of another kind, or is text already. */
export function respell(model: string): Buffer | null {
  const path = join(model, network);
  if (!existsSync(path)) return null;
  const xml = readTextFile(path);
  const layers = readLayers(xml);
  const spans = findVocabulary(xml, layers);
  if (spans === null) return null;
  const weights = readBytesFile(join(model, weightsFile));
  const isSpelled = layers.some(
    ({ type, span }) =>
      type === "ByteFallback" || (type === "Const" && span !== null && cut(weights, span).equals(space)),
  );
  return isSpelled ? rewrite(weights, spans) : null;
}

interface Vocabulary {
  begins: Span;
  ends: Span;
  entries: Span;
}

/** No text is longer than its entry, so that all of the network stays as it is. */
function rewrite(weights: Buffer, { begins, ends, entries }: Vocabulary): Buffer {
  const result = Buffer.from(weights);
  const texts = cut(result, entries).fill(0);
  let length = 0;
  for (let at = 0; at < begins.size; at += 4) {
    const from = entries.offset + weights.readInt32LE(begins.offset + at);
    const to = entries.offset + weights.readInt32LE(ends.offset + at);
    const text = toText(weights.subarray(from, to));
    result.writeInt32LE(length, begins.offset + at);
    texts.set(text, length);
    length += text.length;
    result.writeInt32LE(length, ends.offset + at);
  }
  return result;
}

function toText(entry: Buffer): Buffer {
  if (entry.includes(space))
    return Buffer.from(entry.toString("latin1").replaceAll(space.toString("latin1"), " "), "latin1");
  if (entry[0] !== 0x3c) return entry;
  const text = entry.toString();
  if (never.has(text)) return Buffer.alloc(0);
  const [, hex] = /^<0x([0-9A-F]{2})>$/.exec(text) ?? [];
  return hex === undefined ? entry : Buffer.from(hex, "hex");
}

function cut(weights: Buffer, { offset, size }: Span): Buffer {
  return weights.subarray(offset, offset + size);
}

function readLayers(xml: string): Layer[] {
  return xml
    .split("<layer ")
    .slice(1)
    .map((text) => {
      const [, offset, size] = /<data [^>]*offset="(\d+)" size="(\d+)"/.exec(text) ?? [];
      const span = offset === undefined ? null : { offset: Number(offset), size: Number(size) };
      return { id: attribute(text, "id"), type: attribute(text, "type"), span };
    });
}

/** Inputs 1 to 3 of the operation VocabDecoder: where each entry starts and ends, and the entries. */
function findVocabulary(xml: string, layers: readonly Layer[]): Vocabulary | null {
  const decoder = layers.find(({ type }) => type === "VocabDecoder");
  if (decoder === undefined) return null;
  const edges = xml.split("<edge ").filter((edge) => attribute(edge, "to-layer") === decoder.id);
  const [begins, ends, entries] = ["1", "2", "3"].map((port) => {
    const source = edges.find((edge) => attribute(edge, "to-port") === port);
    return layers.find(({ id }) => source !== undefined && id === attribute(source, "from-layer"))?.span;
  });
  return begins && ends && entries ? { begins, ends, entries } : null;
}

/** An attribute of the first tag of a text that starts within it. */
function attribute(text: string, name: string): string {
  const [tag = ""] = text.split(">", 1);
  return new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
}
