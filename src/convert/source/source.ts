import type { HfFolder } from "../../models/hf-folder.ts";
import type { OtherTransformers } from "../environment/transformers-versions.ts";

/** A model that can be served once it is converted, or only registered. */
export type Source = ExportSource | ReadySource;

export interface ExportSource extends Pick<HfFolder, "bytes" | "parameters" | "widths" | "code" | "isLink"> {
  kind: "export";
  /** Its path within OV_MODEL_SRC, by which it is chosen. */
  folder: string;
  /** What its name is made of. */
  label: string;
  path: string;
  /** The one that was asked for, else as its files show it. */
  task: string;
  /** As the exporter knows it: rerankers are exported for what their networks do. */
  exportTask: string;
  /** What it is exported with in place of the converter's own; null: that. */
  transformers: OtherTransformers | null;
}

/** It needs no export, only an entry in the registry. */
export interface ReadySource {
  kind: "openvino" | "gguf";
  folder: string;
  label: string;
  path: string;
  weightFormat: string;
  /** As its files show it; otherwise the one that was asked for. */
  task: string;
  /** Its tokenizer must be converted first, of the files of transformers in its folder. */
  needsTokenizer: boolean;
}

/** Where a model may lie. */
export interface Place {
  /** Its path within `modelSrc`. */
  folder: string;
  /** What it is called. */
  label: string;
  path: string;
}
