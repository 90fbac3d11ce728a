// What the output of `optimum-cli` means: how far it is while it runs, and why it failed.

import { shorten } from "../../errors.ts";

export interface Stage {
  /** What the exporter is doing, in a few words. */
  text: string;
  /** As the exporter prints it; null: it does not. */
  percent: number | null;
}

// What optimum-cli, transformers, torch and NNCF print during an export; the first match counts.
const stages: [pattern: RegExp, text: string][] = [
  [/loading (checkpoint|weights)|materializing param/i, "loading the weights"],
  [/weight compression|bitwidth distribution|nncf/i, "compressing the weights"],
  [/openvino_tokenizers|convert(ing)? (the )?tokenizer|detokenizer/i, "converting the tokenizer"],
  [/export(ing)? (the )?model|using framework|tracerwarning|torch\.jit|onnx/i, "tracing the model"],
  [/saving|serializ/i, "writing the model"],
];

/** The stage that a line of the exporter's output announces; null: none. */
export function toStage(line: string): Stage | null {
  const text = stages.find(([pattern]) => pattern.test(line))?.[1];
  if (text === undefined) return null;
  const percent = /(?:^|\D)(\d{1,3})(?:\.\d+)?\s?%/.exec(line)?.[1];
  return { text, percent: percent === undefined || Number(percent) > 100 ? null : Number(percent) };
}

/** How a failed export ended. */
export interface FailedRun {
  /** Its last lines, oldest first. */
  lines: readonly string[];
  exitCode: number | null;
  signal: string | number | null;
}

export type FailureKind =
  | "memory"
  | "disk"
  | "gated"
  | "remote-code"
  | "group-size"
  | "architecture"
  | "package"
  | "damaged"
  | "network"
  | "unknown";

export interface Failure {
  kind: FailureKind;
  /** The last meaningful line. */
  line: string;
  /** What to do, as whole sentences; null: nothing is known to help. */
  remedy: string | null;
}

// In this order: an error often mentions others in passing, so the more certain sign comes first.
const signs: [kind: FailureKind, pattern: RegExp][] = [
  ["disk", /no space left on device|errno 28\b|disk quota exceeded|errno 122\b|file too large|errno 27\b/i],
  [
    "memory",
    /\bMemoryError\b|bad_alloc|cannot allocate memory|errno 12\b|can't allocate memory|not enough memory|out of memory/i,
  ],
  ["group-size", /group.?size|channel size value/i],
  ["gated", /gated ?repo|access to model .* is restricted|\b40[13] client error|awaiting a review/i],
  ["remote-code", /trust_remote_code/i],
  [
    "damaged",
    /safetensor.*error|headertoolarge|incompletemetadata|pytorchstreamreader|unpicklingerror|invalid load key/i,
  ],
  [
    "architecture",
    /unsupported architecture|does not recognize this architecture|unrecognized (model|configuration)|model type .* (is )?not supported|not supported (yet )?(for|with|by)|only supports the tasks?|asked to export a .* model for the task/i,
  ],
  ["package", /modulenotfounderror|no module named|requires the following packages/i],
  ["network", /connectionerror|max retries|name resolution|offline mode|cannot reach|couldn't connect/i],
];

const remedies: Record<FailureKind, string | null> = {
  memory:
    "There was not enough memory: stop other programs (a loaded model, the server), add swap, or convert on a larger machine.",
  disk: "The disk is full: make room on the disk of OV_MODEL_OUT (and in /tmp), then convert again.",
  gated:
    "Its owner gives access on request: accept the licence on huggingface.co, log in with `hf auth login`, then fetch it again.",
  "remote-code":
    "The model comes with Python code of its own, which --no-trust-remote-code forbids: leave that flag out if you trust its maker.",
  "group-size": "No group size of int4 fits this model: convert it with --weight-format int8.",
  architecture:
    "This converter does not know the architecture for that task: look for a ready model under https://huggingface.co/OpenVINO, or upgrade with `ov-llm setup --convert`.",
  package:
    "The model's own code needs a Python package that the converter does not have: look for a ready model under https://huggingface.co/OpenVINO.",
  damaged: "A weight file is damaged or truncated: fetch the model again.",
  network:
    "The model names files that are not in its folder, and they could not be fetched: check the network, then convert again.",
  unknown: null,
};

/** The line that best explains why an export failed, and what is known to help. */
export function explainFailure({ lines, exitCode, signal }: FailedRun): Failure {
  const { line, isError } = findLine(lines);
  const wasKilled = signal === "SIGKILL" || exitCode === 137;
  if (wasKilled) {
    const said = `the system killed it (SIGKILL), as happens when memory runs out${line === null ? "" : `; its last line: ${line}`}`;
    return { kind: "memory", line: said, remedy: remedies.memory };
  }
  const how = signal === null ? `exit code ${exitCode ?? "unknown"}` : signal;
  const ended = `it ended with ${how}`;
  const meaningful =
    line === null ? `${ended} and printed nothing` : isError ? line : `${ended}; its last line: ${line}`;
  const kind = signs.find(([, pattern]) => pattern.test(meaningful))?.[0] ?? findKind(lines);
  return { kind, line: meaningful, remedy: remedies[kind] };
}

/** For when the best line shows no sign: the end of the output may. */
function findKind(lines: readonly string[]): FailureKind {
  const end = lines.slice(-15).join("\n");
  return signs.find(([, pattern]) => pattern.test(end))?.[0] ?? "unknown";
}

/** The last line of a Python traceback, or of what a program calls an error; otherwise the last line that is not noise. */
function findLine(lines: readonly string[]): { line: string | null; isError: boolean } {
  const meaningful = lines.map((line) => line.trim()).filter((line) => line !== "" && !isNoise(line));
  const isError = (line: string) =>
    /^([\w.]*(Error|Exception|Interrupt|Exit)\b(:|$)|error\b|fatal\b)/i.test(line);
  const error = meaningful.findLast(isError);
  const best = error ?? meaningful.at(-1) ?? null;
  return { line: best === null ? null : shorten(best, 400), isError: error !== undefined };
}

function isNoise(line: string): boolean {
  return /^(hint|note|\S*warning\b|\[?notice|warn|info\b|\^+$|[~^ ]+$)|\d+%\||━/i.test(line);
}

/** The width that int4's groups did not divide, as NNCF names it; null: the output does not. */
export function findChannelSize(lines: readonly string[]): number | null {
  const found = /channel size(?: value)?[ :=]+(\d+)/i.exec(lines.join("\n"))?.[1];
  return found === undefined ? null : Number(found);
}
