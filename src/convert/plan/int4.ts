import { OvError } from "../../errors.ts";

/** How int4 weights are made, as the exporter names it. */
export interface Int4Scheme {
  /** Weights that share a scale; -1: a row of the matrix, one for each output channel. */
  groupSize: number;
  /** Without a zero point of its own for each group. */
  symmetric: boolean;
  /** The share of layers that become int4; the others become int8. */
  ratio: number;
}

/** The requested values; null: what suits the machine and the model. */
export interface Int4Wishes {
  groupSize: number | null;
  symmetric: boolean | null;
  ratio: number | null;
}

export const noInt4Wishes: Int4Wishes = { groupSize: null, symmetric: null, ratio: null };

/** Where the model will run. */
export interface Int4Machine {
  device: "CPU" | "GPU" | "NPU";
  /** Of the CPU, as /proc/cpuinfo names them. */
  flags: readonly string[];
}

export interface Int4Choice {
  /** null: the exporter's own, which for some models is tuned for them by name. */
  scheme: Int4Scheme | null;
  /** The group size was requested, so no other may replace it. */
  isFixed: boolean;
  /** What was chosen and why, as a clause. */
  note: string;
}

/** NNCF's default group size for int4. */
const usualGroup = 128;
/** Smaller ones, the largest first; -1 fits every width. */
const otherGroups = [64, 32] as const;
const perRow = -1;

/** The properties of a model that decide the scheme. */
export interface Int4Model {
  /** Of its matrices; those that its files show. */
  widths: readonly number[];
  parameters: number;
}

/**
 * Rows are too coarse for smaller models: with SmolLM2-135M they raise the perplexity from 22 to 38, groups of 64 to 26. Groups cost
 * smaller models less: 3 % of the speed with 135M, 10 % with 360M, 20 % with 1B, all with AVX-512 and VNNI. Where between 135M and 1B
 * the bound should lie is a judgement: no weights in between were there to be measured (docs/converting.md).
 */
const fewestForRows = 500_000_000;

/**
 * The scheme for a model. Measured with a model of 1B parameters on a CPU with AVX2 alone, tokens/s
 * against llama.cpp's Q4_0: one group per row 0.80, groups of 128 0.55. NPUs need symmetric weights, and are fastest with one
 * group per row (docs.openvino.ai, "Run LLMs with OpenVINO GenAI on NPU"). Throws `invalid_setting` for a group that does not fit.
 */
export function chooseInt4(model: Int4Model, wishes: Int4Wishes, machine: Int4Machine): Int4Choice {
  const usual = chooseUsual(model, machine);
  const isAsked = Object.values(wishes).some((wish) => wish !== null);
  if (!isAsked) return { ...usual, isFixed: false };
  const scheme = {
    groupSize: wishes.groupSize ?? usual.scheme?.groupSize ?? usualGroup,
    symmetric: wishes.symmetric ?? usual.scheme?.symmetric ?? false,
    ratio: wishes.ratio ?? 1,
  };
  requireFit(scheme.groupSize, model.widths);
  const note = `int4 uses ${describeScheme(scheme)}, as asked`;
  return { scheme, isFixed: wishes.groupSize !== null, note };
}

/** Another choice after the exporter has named a further width; null: there is none. */
export function refit({ scheme, isFixed }: Int4Choice, widths: readonly number[]): Int4Choice | null {
  const groupSize = toGroupSize(widths);
  if (isFixed || groupSize === null || groupSize === scheme?.groupSize) return null;
  const { symmetric = false, ratio = 1 } = scheme ?? {};
  return { scheme: { groupSize, symmetric, ratio }, isFixed, note: describeMisfit(groupSize, widths) };
}

function chooseUsual({ widths, parameters }: Int4Model, machine: Int4Machine): Omit<Int4Choice, "isFixed"> {
  if (machine.device === "NPU") {
    const scheme = { groupSize: perRow, symmetric: true, ratio: 1 };
    return { scheme, note: `int4 uses ${describeScheme(scheme)}: as an NPU requires` };
  }
  if (machine.device === "CPU" && hasAvx2Alone(machine.flags) && parameters >= fewestForRows) {
    const scheme = { groupSize: perRow, symmetric: false, ratio: 1 };
    const why = `this CPU has only AVX2, and groups of ${usualGroup} are about 30 % slower on it, though closer to the original (--group-size)`;
    return { scheme, note: `int4 uses ${describeScheme(scheme)}: ${why}` };
  }
  const groupSize = toGroupSize(widths);
  if (groupSize === null)
    return { scheme: null, note: `int4 uses the exporter's own scheme, group size ${usualGroup} in general` };
  return { scheme: { groupSize, symmetric: false, ratio: 1 }, note: describeMisfit(groupSize, widths) };
}

/** Newer instructions lose less by groups: 20 % with 1B and AVX-512 VNNI, where a token often waits for memory instead. */
function hasAvx2Alone(flags: readonly string[]): boolean {
  return flags.includes("avx2") && !flags.some((flag) => /^(avx512|avx_vnni|amx)/.test(flag));
}

/** A group size when the usual one does not divide the widths, which would end the export; null: it does. */
function toGroupSize(widths: readonly number[]): number | null {
  const fits = (size: number) => widths.every((width) => width % size === 0);
  return fits(usualGroup) ? null : (otherGroups.find(fits) ?? perRow);
}

function requireFit(groupSize: number, widths: readonly number[]): void {
  const odd = widths.filter((width) => groupSize !== perRow && width % groupSize !== 0);
  if (odd.length === 0) return;
  const fitting = [usualGroup, ...otherGroups].filter((size) => widths.every((width) => width % size === 0));
  throw new OvError("invalid_setting", {
    what: `Cannot use --group-size ${groupSize}`,
    why: `it does not divide ${odd.join(", ")}, the width of the model's matrices`,
    next: `Use ${[...fitting, perRow].join(" or ")}, or leave it out.`,
  });
}

function describeMisfit(groupSize: number, widths: readonly number[]): string {
  const odd = widths.filter((width) => width % usualGroup !== 0).join(", ");
  return `int4 uses ${describeGroup(groupSize)}: ${usualGroup} does not divide ${odd}`;
}

function describeScheme({ groupSize, symmetric, ratio }: Int4Scheme): string {
  const rest = ratio === 1 ? [] : [`${Math.round(100 * ratio)} % of the layers`];
  return [describeGroup(groupSize), ...(symmetric ? ["symmetric"] : []), ...rest].join(", ");
}

const describeGroup = (size: number) => (size === perRow ? "one group per row" : `group size ${size}`);
