import { isOpenVinoFolder } from "../models/files.ts";
import { readableQuants } from "../models/gguf-support.ts";
import type { HubFile, Listing } from "./listing.ts";
import { failed } from "./request.ts";

/** What of a repository makes a model here. */
export type Choice =
  /** A folder, ready for the engine. */
  | { kind: "openvino"; files: HubFile[] }
  /** One .gguf file, ready too. */
  | { kind: "gguf"; files: [HubFile] }
  /** Weights to convert. */
  | { kind: "weights"; files: HubFile[] };

/** Duplicates of the weights in formats that are not read here, which would often double the download. */
const unread =
  /^(original|onnx|coreml|openvino)\/|(^|\/)consolidated[^/]*$|\.onnx[^/]*$|\.(gguf|h5|msgpack|tflite|pth|ot)$|^\.gitattributes$/;
const pickled = /^pytorch_model[^/]*\.bin(\.index\.json)?$/;

/** Chooses by the names of the files alone. `quant`: which .gguf, such as Q8_0. Throws `download_failed`. */
export function chooseFiles({ repo, files }: Listing, quant: string | null): Choice {
  const top = files.map(({ path }) => path).filter((path) => !path.includes("/"));
  const kept = files.filter(({ path }) => !unread.test(path));
  if (quant === null && isOpenVinoFolder(top)) return { kind: "openvino", files: kept };
  const isSafe = top.some((path) => path.endsWith(".safetensors"));
  const hasWeights = isSafe || top.some((path) => pickled.test(path));
  if (quant === null && hasWeights && top.includes("config.json")) {
    return { kind: "weights", files: isSafe ? kept.filter(({ path }) => !pickled.test(path)) : kept };
  }
  if (quant === null) refuseInner(repo, files);
  return { kind: "gguf", files: [chooseGguf(repo, files, quant)] };
}

/** Older repositories of sentence-transformers keep the network in a folder, where the exporter does not look. */
function refuseInner(repo: string, files: readonly HubFile[]): void {
  const paths = files.map(({ path }) => path);
  const inner = paths.map((path) => /^(\d+_Transformer)\/config\.json$/.exec(path)?.[1]).find(Boolean);
  if (inner === undefined || !paths.includes("modules.json")) return;
  throw failed(
    repo,
    `its network lies in its folder ${JSON.stringify(inner)}`,
    'Fetch the repository with the hub\'s own client, move the files of that folder up, beside modules.json, then run "ov-llm convert PATH".',
  );
}

function chooseGguf(repo: string, files: readonly HubFile[], quant: string | null): HubFile {
  const ggufs = files.filter(({ path }) => path.endsWith(".gguf") && !/(^|\/)mmproj/i.test(path));
  if (ggufs.length === 0) {
    const why =
      quant === null
        ? "it holds neither weights of transformers, nor an OpenVINO model, nor a .gguf file"
        : "it has no .gguf files, among which --quant would choose";
    throw failed(repo, why, quant === null ? "Choose another one." : "Leave --quant out.");
  }
  const whole = ggufs.filter(({ path }) => !/-\d{5}-of-\d{5}\.gguf$/.test(path));
  const usable = readableQuants.flatMap((name) => whole.filter(({ path }) => toQuant(path) === name));
  const wanted = quant?.toUpperCase() ?? null;
  const found =
    wanted === null ? (usable[0] ?? soleOf(whole)) : usable.find(({ path }) => toQuant(path) === wanted);
  if (found !== undefined) return found;
  const there = [...new Set(usable.map(({ path }) => toQuant(path)))].join(", ");
  const why =
    wanted === null
      ? "none of its .gguf files is whole and of a format that the engine reads"
      : `it has no whole .gguf file of the format ${JSON.stringify(quant)} that the engine reads`;
  throw failed(
    repo,
    why,
    there === "" ? `The engine reads ${readableQuants.join(", ")}.` : `There is ${there}.`,
  );
}

/** A file whose name does not show its format. */
function soleOf(files: readonly HubFile[]): HubFile | undefined {
  const [only, ...others] = files.filter(({ path }) => toQuant(path) === null);
  return others.length === 0 ? only : undefined;
}

/** `Q4_K_M` of `model-q4_k_m.gguf`; null: the name shows none. */
export function toQuant(path: string): string | null {
  return /(?:^|[-._/])((?:I?Q\d\w*|BF16|F16|F32|MXFP4))\.gguf$/i.exec(path)?.[1]?.toUpperCase() ?? null;
}
