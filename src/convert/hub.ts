import { OvError } from "../errors.ts";
import { type Run, runProgram, type Variables } from "../linux/program.ts";
import { toPython } from "../python/probe.ts";

/** The parts of `owner/name`. */
export interface RepoName {
  owner: string;
  /** Fit to be a folder's name: never `.`, `..` or one that starts like a flag. */
  name: string;
}

/** For messages: what `parseRepoName` takes. */
export const repoForm = "owner/name, as in Qwen/Qwen2.5-3B-Instruct";

/**
 * The hub's rule for the names of models (https://huggingface.co/docs/huggingface_hub, validate_repo_id), with an owner
 * required; null: the text is not one.
 */
export function parseRepoName(text: string): RepoName | null {
  const [, owner, name] = /^([A-Za-z0-9][\w.-]*)\/([A-Za-z0-9][\w.-]*)$/.exec(text) ?? [];
  const isForbidden = text.length > 96 || /--|\.\.|[.-](\/|$)|\.git$/.test(text);
  return owner === undefined || name === undefined || isForbidden ? null : { owner, name };
}

/** The same; throws `download_failed` for anything else. */
export function toRepoName(text: string): RepoName {
  const repo = parseRepoName(text);
  if (repo !== null) return repo;
  const what = `Cannot download ${JSON.stringify(text)}`;
  throw new OvError("download_failed", { what, why: `expected ${repoForm}` });
}

/**
 * What the client does unless the user's variables say otherwise: no reports to its maker, no check for newer
 * releases, no bars. Files are fetched over plain HTTP: only then does an interrupted download resume where it stopped
 * (https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables).
 */
const clientDefaults = {
  HF_HUB_DISABLE_XET: "1",
  HF_HUB_DISABLE_TELEMETRY: "1",
  HF_HUB_DISABLE_UPDATE_CHECK: "1",
  HF_HUB_DISABLE_PROGRESS_BARS: "1",
};

const clientScript = `
import os
for name, value in ${JSON.stringify(clientDefaults)}.items():
    os.environ.setdefault(name, value)
from huggingface_hub.cli.hf import main
main()
`;

/** Duplicates of the weights in formats that are not read here, which would often double the download. */
const excluded = [
  "original/*",
  "consolidated*",
  "onnx/*",
  "coreml/*",
  "*.onnx*",
  "*.gguf",
  "*.h5",
  "*.msgpack",
  "*.tflite",
  "*.pth",
];

export interface HubOptions {
  /** `owner/name` */
  repo: string;
  /** The converter's Python environment, which has the client. */
  pythonEnv: string;
  /** The folder that becomes the model. */
  targetDir: string;
  signal?: AbortSignal | undefined;
  /** For the client, such as HF_TOKEN and HF_ENDPOINT; absent: those of this process. */
  variables?: Variables | undefined;
}

export interface HubRun extends Run {
  /** All that it printed, each line shortened, and why it failed at full length. */
  text: string;
}

/** `hf download`; with `--dry-run --json` it only lists the files that it would fetch. */
export async function runDownload(options: HubOptions, more: string[] = []): Promise<HubRun> {
  const { repo, pythonEnv, targetDir, signal, variables } = options;
  const python = toPython(pythonEnv);
  // The target is absolute, and a repository's name starts with a letter or a digit: neither is a flag.
  const args = ["download", repo, "--local-dir", targetDir, ...more];
  const leftOut = excluded.flatMap((pattern) => ["--exclude", pattern]);
  const lines: string[] = [];
  const onLine = (line: string) => void lines.push(line);
  const command = [python, "-I", "-c", clientScript, ...args, ...leftOut];
  const run = await runProgram(command, { signal, variables, onLine });
  return { ...run, text: [...lines, run.reason ?? ""].join("\n") };
}

/** The hub that the client talks to, as HF_ENDPOINT or the client itself says. */
export async function readEndpoint({ pythonEnv, variables }: HubOptions): Promise<string> {
  const script = "from huggingface_hub.constants import ENDPOINT; print(ENDPOINT)";
  const command = [toPython(pythonEnv), "-I", "-c", script];
  const run = await runProgram(command, { variables, timeoutMs: 30_000 });
  return run.stdout.trim();
}

/** The command that stores a token where the client looks for it. */
export function toLoginCommand(pythonEnv: string): string {
  return `${toPython(pythonEnv)} -m huggingface_hub.cli.hf auth login`;
}

/** Bytes of the files that `--dry-run --json` lists; null: that is no such list. Files that are there already have the size `-`. */
export function parseDryRun(text: string): { files: number; bytes: number } | null {
  const line = text.split("\n").findLast((candidate) => candidate.startsWith("["));
  const sizes = [...(line ?? "").matchAll(/"size": ?"(?:([\d.]+)([KMGTP]?)|-)"/g)];
  if (line === undefined || (sizes.length === 0 && line.trim() !== "[]")) return null;
  const missing = sizes.filter(([, number]) => number !== undefined);
  const bytes = missing.reduce((sum, [, number, unit]) => sum + Number(number) * toFactor(unit), 0);
  return { files: missing.length, bytes };
}

function toFactor(unit: string | undefined): number {
  return 1000 ** " KMGTP".indexOf(unit || " ");
}
