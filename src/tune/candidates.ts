import type { EngineName } from "../engine/model/target.ts";
import type { RegistryEntry } from "../registry/schema.ts";
import type { SpeculationEntry } from "../registry/speculation.ts";
import { type Topic, topics, type Untried } from "../tuning.ts";
import type { Change } from "./change.ts";
import type { Draft } from "./drafts.ts";

/** One other way to run the model. */
export interface Candidate {
  topic: Topic;
  /** A few words, such as `KV cache in f16`. */
  label: string;
  change: Change;
  /** It changes nothing for prompts that have no more tokens. */
  beyondPrompt?: number;
  /** Why it need not be tried, as a sentence. */
  problem?: string;
}

export interface TuneMachine {
  /** As OpenVINO names them. */
  devices: readonly string[];
  cpu: { threads: number; cores: number; isHybrid: boolean };
  /** Engines that work here. */
  engines: readonly EngineName[];
}

/** How the model runs now. */
export interface Present {
  /** As OpenVINO names it. */
  device: string;
  engine: string;
  entry: RegistryEntry;
  /** Smaller models that may guess its tokens. */
  drafts?: readonly Draft[];
}

export interface Listing {
  candidates: Candidate[];
  untried: Untried[];
}

/** Either at least one candidate or why there is none. */
type Found = Candidate[] | string;

const listers: Record<Topic, (present: Present, machine: TuneMachine) => Found> = {
  device: listDevices,
  kv: listKvPrecisions,
  threads: listThreads,
  quantization: listQuantization,
  chunk: listChunks,
  speculation: listSpeculation,
  pinning: listPinning,
  cores: listCores,
  attention: listAttention,
};

/** All that could make the model faster here; `only`: of these topics, empty: of all. */
export function listCandidates(present: Present, machine: TuneMachine, only: readonly Topic[] = []): Listing {
  const listing: Listing = { candidates: [], untried: [] };
  for (const topic of topics) {
    if (only.length > 0 && !only.includes(topic)) continue;
    const found = listers[topic](present, machine);
    if (typeof found === "string") listing.untried.push({ topic, why: found });
    else listing.candidates.push(...found);
  }
  return listing;
}

/** Properties that only the CPU plugin has (docs.openvino.ai, "CPU Device"). */
const ofCpu = [
  "INFERENCE_NUM_THREADS",
  "ENABLE_CPU_PINNING",
  "ENABLE_HYPER_THREADING",
  "SCHEDULING_CORE_TYPE",
] as const;

function listDevices({ device, entry }: Present, { devices }: TuneMachine): Found {
  const others = devices.filter((one) => one !== device);
  if (others.length === 0) return `OpenVINO sees no other device than ${device}`;
  const stale = ofCpu.filter((key) => entry.properties?.[key] !== undefined);
  return others.map((other) => ({
    topic: "device",
    label: other,
    change: [`device=${other}`, ...(other === "CPU" ? [] : stale.map((key) => `properties.${key}=`))],
  }));
}

/** Their defaults are u8 on a CPU and what the GPU's plugin thinks best (docs.openvino.ai, "KV_CACHE_PRECISION"). */
const kvPrecisions: Record<string, readonly string[]> = { CPU: ["f16", "u4"], GPU: ["f16", "u8"] };

function listKvPrecisions({ device, entry }: Present): Found {
  const { KEY_CACHE_PRECISION: key, VALUE_CACHE_PRECISION: value } = entry.properties ?? {};
  if (key !== undefined || value !== undefined)
    return "its entry sets the precisions of keys and values separately";
  const all = kvPrecisions[device.split(".")[0] ?? ""];
  if (all === undefined) return `${device} has no other setting`;
  const present = entry.properties?.KV_CACHE_PRECISION;
  const back =
    present === undefined ? [] : [toProperty("kv", "KV cache by default", "KV_CACHE_PRECISION", "")];
  const others = all.filter((one) => one !== present);
  return [...back, ...others.map((one) => toProperty("kv", `KV cache in ${one}`, "KV_CACHE_PRECISION", one))];
}

/** By default one thread a core. */
function listThreads({ device, entry }: Present, { cpu: { threads, cores } }: TuneMachine): Found {
  if (device !== "CPU") return `it runs on ${device}`;
  const present = entry.properties?.INFERENCE_NUM_THREADS ?? 0;
  const found: Candidate[] = [];
  const all = [`properties.INFERENCE_NUM_THREADS=${threads}`, "properties.ENABLE_HYPER_THREADING=true"];
  if (present !== threads && threads > cores)
    found.push({ topic: "threads", label: `${threads} threads, two a core`, change: all });
  for (const count of [cores - 1, Math.ceil(cores / 2)]) {
    const isNew = count !== present && !found.some(({ label }) => label === `${count} threads`);
    if (cores >= 4 && isNew)
      found.push(toProperty("threads", `${count} threads`, "INFERENCE_NUM_THREADS", String(count)));
  }
  if (present !== 0) found.push(toProperty("threads", "threads by default", "INFERENCE_NUM_THREADS", ""));
  return found.length > 0 ? found : `it uses all ${threads} threads, which are too few to try fewer`;
}

/** The inputs of layers with compressed weights are quantized in groups; 0: not at all (docs.openvino.ai, "Dynamic quantization"). */
function listQuantization({ device, entry }: Present): Found {
  if (device.startsWith("NPU")) return `${device} has no other setting`;
  if (!/^(u?int[48]|q\d|nf4|mxfp4)/i.test(entry.weight_format))
    return `its weights are ${entry.weight_format}, not compressed`;
  const name = "DYNAMIC_QUANTIZATION_GROUP_SIZE";
  const present = entry.properties?.[name];
  const sizes = [0, 128].filter((size) => size !== present);
  const back =
    present === undefined ? [] : [toProperty("quantization", "inputs quantized by default", name, "")];
  return [
    ...back,
    ...sizes.map((size) =>
      toProperty(
        "quantization",
        size === 0 ? "inputs not quantized" : `inputs quantized in groups of ${size}`,
        name,
        String(size),
      ),
    ),
  ];
}

/**
 * The batching engine computes long prompts in parts: of 256 tokens on a CPU, of 2048 elsewhere
 * (hosts/batching/generation/language.py).
 */
function listChunks({ device, engine, entry }: Present): Found {
  if (engine !== "batching") return "the native engine has no such parts";
  const usual = device === "CPU" ? 256 : 2048;
  const present = entry.prefill_chunk ?? usual;
  const size = device === "CPU" ? 1024 : 512;
  const back: Candidate = {
    topic: "chunk",
    label: "prompts in parts by default",
    change: ["prefill_chunk="],
    beyondPrompt: Math.min(present, usual),
  };
  const other: Candidate = {
    topic: "chunk",
    label: `prompts in parts of ${size} tokens`,
    change: [`prefill_chunk=${size}`],
    beyondPrompt: Math.min(present, size),
  };
  return [...(entry.prefill_chunk === undefined ? [] : [back]), ...(present === size ? [] : [other])];
}

function listSpeculation({ engine, entry, drafts = [] }: Present): Found {
  if (engine !== "batching") return "only the batching engine guesses tokens";
  if (!/^text-generation/.test(entry.task)) return `its task is ${entry.task}`;
  const { speculation: present } = entry;
  const toCandidate = (label: string, wish: SpeculationEntry | null): Candidate => {
    const change = [`speculation=${wish === null ? "" : JSON.stringify(wish)}`];
    return { topic: "speculation", label, change };
  };
  const found = present === undefined ? [] : [toCandidate("no guessed tokens", null)];
  if (present?.kind !== "prompt-lookup")
    found.push(toCandidate("tokens guessed by prompt lookup", { kind: "prompt-lookup" }));
  for (const { name: model, problem } of drafts) {
    if (present?.kind === "draft" && present.model === model) continue;
    const one = toCandidate(`tokens guessed by ${model}`, { kind: "draft", model });
    found.push({ ...one, ...(problem !== null && { problem }) });
  }
  return found;
}

/** On by default. */
function listPinning({ device, entry }: Present): Found {
  if (device !== "CPU") return `it runs on ${device}`;
  const isPinned = entry.properties?.ENABLE_CPU_PINNING ?? true;
  const label = isPinned ? "threads free to move" : "threads pinned to cores";
  return [toProperty("pinning", label, "ENABLE_CPU_PINNING", String(!isPinned))];
}

function listCores({ device, entry }: Present, { cpu }: TuneMachine): Found {
  if (device !== "CPU") return `it runs on ${device}`;
  if (!cpu.isHybrid) return "all cores of this CPU are of one kind";
  const present = entry.properties?.SCHEDULING_CORE_TYPE;
  const kinds = [
    ["PCORE_ONLY", "performance cores only"],
    ["ANY_CORE", "cores of both kinds"],
  ] as const;
  return kinds
    .filter(([kind]) => kind !== present)
    .map(([kind, label]) => toProperty("cores", label, "SCHEDULING_CORE_TYPE", kind));
}

/** Batching knows paged attention alone; with the native engine it is a choice. */
function listAttention({ engine, entry }: Present, { engines }: TuneMachine): Found {
  if (!engines.includes("native"))
    return "the batching engine has only paged attention, and no native engine works here";
  const isPlain = engine === "native" && entry.properties?.ATTENTION_BACKEND === "SDPA";
  if (isPlain) return [toProperty("attention", "paged attention", "ATTENTION_BACKEND", "PA")];
  const change = [...(engine === "native" ? [] : ["engine=native"]), "properties.ATTENTION_BACKEND=SDPA"];
  const label =
    engine === "native" ? "plain attention" : "native engine, one answer at a time, plain attention";
  return [{ topic: "attention", label, change }];
}

/** `value`: as text; empty: the property is removed. */
function toProperty(topic: Topic, label: string, property: string, value: string): Candidate {
  return { topic, label, change: [`properties.${property}=${value}`] };
}
