import type { Run } from "../../linux/program.ts";
import { which } from "../../python/find.ts";
import type { Builder } from "../../python/install.ts";
import type { Lock } from "../../python/lock.ts";
import packagesText from "../../python/locks/convert.txt" with { type: "text" };
import cpuText from "../../python/locks/torch-cpu.txt" with { type: "text" };
import cudaText from "../../python/locks/torch-cuda.txt" with { type: "text" };
import { uvLock } from "../../python/private-uv.ts";
import { toPython } from "../../python/probe.ts";

/**
 * What the converter's Python environment is made for, in versions that were tried together; the rest of it follows, and
 * `bun run locks` writes it all into lock files. openvino and its tokenizers have the engine's release, so that the engine
 * can read what is written here; sentencepiece and tiktoken read tokenizers that come without a tokenizer.json.
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

const { torch, ...others } = convertPackages;

/** All but torch, openvino's telemetry, and torchvision, which text models do not need and which breaks them when it was built for another torch. */
const packagesLock: Lock = { name: "convert", text: packagesText };
/** The builds of PyTorch's own index, named `+cpu`. */
const cpuLock: Lock = { name: "torch-cpu", text: cpuText };
/** The builds for NVIDIA cards with the libraries that they need: they work without a card too. */
const cudaLock: Lock = { name: "torch-cuda", text: cudaText };

export const convertLocks: readonly Lock[] = [packagesLock, cpuLock];

/** Installs the locked packages into a new environment. */
export async function fillConvertEnv(builder: Builder): Promise<void> {
  const { say, install } = builder;
  await installTorch(builder);
  const names = Object.entries(others).map(([name, version]) => `${name}==${version}`);
  say(`Installing ${names.join(", ")} (about 250 MB to fetch)`);
  await install("install its packages", packagesLock);
}

/**
 * Installs a CPU build if one is available: with pip when its index or settings offer one (a mirror, a folder of wheels,
 * PIP_EXTRA_INDEX_URL), otherwise with uv, which knows where PyTorch keeps them. Failing that, the build for NVIDIA cards
 * works too; it is only several GB larger.
 */
async function installTorch(builder: Builder): Promise<void> {
  const { say, install, attempt } = builder;
  say(`Installing the CPU build of torch==${torch} (about 200 MB to fetch)`);
  const withPip = await attempt(cpuLock, { kind: "pip" });
  if (withPip.reason === null) return;
  const withUv = await attemptWithUv(builder);
  if (withUv.reason === null) return;
  say(`The CPU build cannot be fetched (${withUv.reason}): taking the default one, several GB`);
  await install("install torch", cudaLock);
}

async function attemptWithUv({ variables, dir, install, attempt }: Builder): Promise<Run> {
  const options = ["--torch-backend", "cpu"];
  const own = which("uv", variables);
  if (own !== null) return await attempt(cpuLock, { kind: "uv", uv: [own] }, options);
  await install("install uv", uvLock);
  return await attempt(cpuLock, { kind: "uv", uv: [toPython(dir), "-I", "-m", "uv"] }, options);
}
