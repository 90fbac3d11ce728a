import { toInstallCommand, toRemoveCommand, which } from "../python/find.ts";
import type { Builder } from "../python/install.ts";

/**
 * What the converter's Python environment holds, in versions that were tried together. openvino and its tokenizers have
 * the engine's release, so that the engine can read what is written here; sentencepiece and tiktoken read tokenizers
 * that come without a tokenizer.json.
 */
export const convertPackages = {
  torch: "2.13.0",
  openvino: "2026.4.1",
  "openvino-tokenizers": "2026.4.1.0",
  nncf: "3.4.0",
  "optimum-intel": "2.2.0",
  optimum: "2.3.0",
  transformers: "5.5.4",
  huggingface_hub: "1.17.0",
  sentencepiece: "0.2.3",
  tiktoken: "0.14.0",
} as const;

// Fetches a CPU build of torch where pip alone would bring the one for NVIDIA cards.
const uvRequirement = "uv==0.13.9";

// Come along and are not needed; on telemetry see the engine's Python environment.
const unwanted = ["openvino-telemetry"];

const { torch, ...others } = convertPackages;
const torchRequirement = `torch==${torch}`;

/** Installs the pinned packages into a new environment: torch first, so that the others accept the one that is there. */
export async function fillConvertEnv(builder: Builder): Promise<void> {
  const { installer, python, say, step } = builder;
  await installTorch(builder);
  const requirements = [torchRequirement, ...toRequirements(others)];
  say(`Installing ${requirements.slice(1).join(", ")} (about 250 MB to fetch)`);
  await step("install its packages", toInstallCommand(installer, python, requirements));
  await step("leave out telemetry", toRemoveCommand(installer, python, unwanted));
  await leaveOutBrokenTorchvision(builder);
}

/**
 * Installs a CPU build if one is available: with pip when its index or settings offer one (a mirror, a folder of wheels,
 * PIP_EXTRA_INDEX_URL), otherwise with uv, which knows where PyTorch keeps them. Failing that, the build for NVIDIA cards
 * works too; it is only several GB larger.
 */
async function installTorch(builder: Builder): Promise<void> {
  const { python, say, step, attempt } = builder;
  const withPip = toInstallCommand({ kind: "pip" }, python, [torchRequirement]);
  if (!(await isCpuBuild(builder, withPip))) {
    say(`Installing the CPU build of ${torchRequirement} (about 200 MB to fetch)`);
    const run = await attempt(await toCpuCommand(builder));
    if (run.reason === null) return;
    say(`The CPU build cannot be fetched (${run.reason}): taking the default one, several GB`);
  } else say(`Installing ${torchRequirement} (about 200 MB to fetch)`);
  await step("install torch", withPip);
}

/** Whether pip would install no CUDA libraries. An old pip cannot report that, which counts as no. */
async function isCpuBuild({ attempt }: Builder, withPip: string[]): Promise<boolean> {
  const run = await attempt([...withPip, "--dry-run", "--quiet", "--report", "-"]);
  return run.reason === null && !/"name": ?"(nvidia|cuda|triton)/i.test(run.stdout);
}

async function toCpuCommand({ variables, python, step }: Builder): Promise<string[]> {
  const own = which("uv", variables);
  if (own === null) await step("install uv", toInstallCommand({ kind: "pip" }, python, [uvRequirement]));
  const uv = own === null ? [python, "-I", "-m", "uv"] : [own];
  return [...uv, "pip", "install", "--python", python, "--torch-backend", "cpu", torchRequirement];
}

/**
 * optimum-intel asks for torchvision, which text models do not need. One that was built for another torch
 * fails to import, and then every model class of transformers does.
 */
async function leaveOutBrokenTorchvision({ installer, python, step, attempt }: Builder): Promise<void> {
  const run = await attempt([python, "-I", "-c", "import torchvision"]);
  if (run.reason === null) return;
  await step("leave out torchvision", toRemoveCommand(installer, python, ["torchvision"]));
}

function toRequirements(packages: Readonly<Record<string, string>>): string[] {
  return Object.entries(packages).map(([name, version]) => `${name}==${version}`);
}
