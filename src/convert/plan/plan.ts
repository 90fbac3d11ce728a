import { join } from "node:path";
import { renderBytes } from "../../bytes.ts";
import type { Settings } from "../../config/settings.ts";
import { toGgufLabel } from "../../models/gguf-files.ts";
import { toFreeName, toSlug } from "../../registry/names.ts";
import { otherTransformersBytes } from "../environment/other-transformers.ts";
import type { ExportSource, ReadySource, Source } from "../source/source.ts";
import { chooseInt4, type Int4Choice, type Int4Machine, type Int4Wishes } from "./int4.ts";

type WeightFormat = Settings["weightFormat"];

interface PlannedBase {
  name: string;
  /** What a person should know before it starts, as clauses. */
  notes: string[];
  task: string;
  weightFormat: string;
  /** Where the model lies afterwards. */
  path: string;
}

export interface PlannedExport extends PlannedBase {
  source: ExportSource;
  weightFormat: WeightFormat;
  /** null: another format. */
  int4: Int4Choice | null;
  /** Where the original lies afterwards; its present path: it stays. */
  originalPath: string;
  /** In bytes, estimated. */
  diskNeeded: number;
  memoryNeeded: number;
}

/** Registered where it lies. */
export interface PlannedEntry extends PlannedBase {
  source: ReadySource;
}

export type Planned = PlannedExport | PlannedEntry;

export function isExport(planned: Planned): planned is PlannedExport {
  return planned.source.kind === "export";
}

/** Whether the converter must be there for it. */
export function needsConverter({ source }: Planned): boolean {
  return source.kind === "export" || source.needsTokenizer;
}

export interface PlanOptions {
  sources: readonly Source[];
  /** Custom names by path; absent or blank: the slug of the folder's name. */
  names: ReadonlyMap<string, string>;
  /** Whether a registered model, an alias or a converted folder has that name. */
  isTaken: (name: string) => boolean;
  /** The weight format of the registered model of that name; undefined: there is none. */
  formatOf: (name: string) => string | undefined;
  /** Whether something lies at that path. */
  exists: (path: string) => boolean;
  /** The name under which a source was converted before. */
  earlierName: (path: string) => string | undefined;
  weightFormat: WeightFormat;
  int4: { wishes: Int4Wishes; machine: Int4Machine };
  modelOut: string;
  modelOg: string;
  /** Originals stay where they are. */
  copy: boolean;
  overwrite: boolean;
}

/** What will be made of each source, in their order; no two get the same name or path. */
export function toPlan(options: PlanOptions): Planned[] {
  const names = new Set<string>();
  const originals = new Set<string>();
  return options.sources.map((source) => {
    const { name, notes } = chooseName(source, names, options);
    names.add(name);
    const base = { name, notes, task: source.task };
    if (source.kind !== "export") {
      const { weightFormat, path } = source;
      if (source.needsTokenizer)
        notes.push("it lacks its tokenizer, which is made from its tokenizer files first");
      return { ...base, source, weightFormat, path };
    }
    const planned = planExport(source, base, originals, options);
    originals.add(planned.originalPath);
    return planned;
  });
}

function chooseName(source: Source, used: ReadonlySet<string>, options: PlanOptions) {
  const custom = options.names.get(source.path)?.trim() ?? "";
  const earlier = options.overwrite ? options.earlierName(source.path) : undefined;
  const label = source.kind === "gguf" ? toGgufLabel(source.label) : source.label;
  const wanted = custom === "" ? (earlier ?? toSlug(label)) : toSlug(custom);
  const isTaken = (name: string) => used.has(name) || (!options.overwrite && options.isTaken(name));
  const format = source.kind === "export" ? options.weightFormat : source.weightFormat;
  const isOther = custom === "" && ![undefined, format].includes(options.formatOf(wanted));
  const name = toFreeName(isTaken(wanted) && isOther ? toSlug(`${wanted}-${format}`) : wanted, isTaken);
  const notes: string[] = [];
  if (custom !== "" && wanted !== custom) notes.push(`the name "${custom}" is written "${wanted}"`);
  if (name !== wanted) notes.push(`the name "${wanted}" is taken, so it becomes "${name}"`);
  else if (options.overwrite && options.isTaken(name)) notes.push(`it replaces the model "${name}"`);
  return { name, notes };
}

function planExport(
  source: ExportSource,
  base: Pick<PlannedBase, "name" | "notes" | "task">,
  originals: ReadonlySet<string>,
  options: PlanOptions,
): PlannedExport {
  const { weightFormat } = options;
  const { wishes, machine } = options.int4;
  const int4 = weightFormat === "int4" ? chooseInt4(source, wishes, machine) : null;
  if (int4 !== null) base.notes.push(int4.note);
  if (source.transformers !== null) base.notes.push(describeOther(source.transformers));
  return {
    ...base,
    source,
    weightFormat,
    int4,
    path: toTarget(options.modelOut, base.name, base.task, weightFormat),
    originalPath: options.copy || source.isLink ? source.path : toOriginalPath(source, originals, options),
    diskNeeded: estimateDisk(source.parameters, weightFormat),
    memoryNeeded: 2 * toBf16Bytes(source.parameters) + exporterItself,
  };
}

function describeOther(version: string): string {
  const size = renderBytes(otherTransformersBytes);
  return `it is exported with transformers ${version}, installed beside the converter's own if it is not there yet (about ${size})`;
}

/** `<out>/<name>/task-<task>__wf-<weight format>`. */
export function toTarget(modelOut: string, name: string, task: string, weightFormat: string): string {
  return join(modelOut, name, `task-${task}__wf-${weightFormat}`);
}

function toOriginalPath(source: ExportSource, originals: ReadonlySet<string>, options: PlanOptions): string {
  const isTaken = (name: string) => {
    const path = join(options.modelOg, name);
    return originals.has(path) || options.exists(path);
  };
  return join(options.modelOg, toFreeName(source.label, isTaken));
}

// Bytes a parameter takes, scales and the tables that stay at 8 bits included.
const bytesEach: Record<WeightFormat, number> = { fp32: 4, fp16: 2, int8: 1.1, int4: 0.7 };
// Python, torch and OpenVINO: seen with a model of 135 million parameters.
const exporterItself = 1024 ** 3;
const besideWeights = 64 * 1024 ** 2;

function estimateDisk(parameters: number, weightFormat: WeightFormat): number {
  return Math.ceil(parameters * bytesEach[weightFormat] * 1.05) + besideWeights;
}

export function toBf16Bytes(parameters: number): number {
  return parameters * 2;
}
