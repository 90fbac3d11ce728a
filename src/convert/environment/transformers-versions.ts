import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import exporterTypes from "./exporter-types.json";
import { convertPackages } from "./packages.ts";

/** The versions of transformers beside the converter's own: as few as serve all windows, in the order of preference. */
export const otherTransformers = ["5.2.0", "4.57.6", "4.53.3"] as const;
export type OtherTransformers = (typeof otherTransformers)[number];

const version = Type.Union([Type.String(), Type.Null()]);
/** Model type -> task -> the oldest and the newest transformers that it is exported with, both included; null: any. */
const ExporterTypes = Type.Record(Type.String(), Type.Record(Type.String(), Type.Tuple([version, version])));
/** What the pinned exporter declares; `bun run exporter` writes it. */
const types = Value.Parse(ExporterTypes, exporterTypes);

const embeddings = "feature-extraction";
/** A task of all models of an encoder and a decoder, and of no others. */
const encoderDecoder = "text2text-generation";

/** How a model is exported. `transformers` null: with the converter's own. */
export type Way = { transformers: OtherTransformers | null } | { problem: string };

/**
 * Which version of transformers exports a model of that type (`model_type` of its config.json) for a task. `problem`: a clause on
 * why none that the converter can use does. A model with its own code may have any type; one without a type is left to
 * the exporter.
 */
export function findWay(type: string, task: string, hasCode: boolean): Way {
  const tasks = types[toType(type)];
  const own: Way = { transformers: null };
  if (tasks === undefined) {
    return hasCode || type === ""
      ? own
      : { problem: `the exporter does not know the architecture ${JSON.stringify(type)}` };
  }
  if (task === embeddings && Object.hasOwn(tasks, encoderDecoder)) {
    const quoted = JSON.stringify(type);
    return {
      problem: `the exporter writes a ${quoted} only with its decoder, and embeddings are made by an encoder alone`,
    };
  }
  // Its own names of tasks differ in `-with-past`, which the exporter adds where it can.
  const window = tasks[task] ?? tasks[`${task}-with-past`] ?? tasks[task.replace(/-with-past$/, "")];
  if (window === undefined) return own;
  if (isWithin(convertPackages.transformers, window)) return own;
  const other = otherTransformers.find((one) => isWithin(one, window));
  if (other !== undefined) return { transformers: other };
  const [oldest, newest] = window;
  const needs = oldest === null ? "" : ` from ${oldest}`;
  const until = newest === null ? "" : ` to ${newest.replace(/\.99$/, ".x")}`;
  return {
    problem: `the exporter needs transformers${needs}${until} for the architecture ${JSON.stringify(type)}, which it cannot have yet`,
  };
}

/** The types that the exporter knows for a task. */
export function listTypes(task: string): string[] {
  return Object.entries(types).flatMap(([type, tasks]) => (Object.hasOwn(tasks, task) ? [type] : []));
}

/** optimum names its types with hyphens where transformers has underscores, in some. */
function toType(type: string): string {
  return Object.hasOwn(types, type) ? type : type.replaceAll("_", "-");
}

function isWithin(one: string, [oldest, newest]: readonly [string | null, string | null]): boolean {
  return (oldest === null || compare(oldest, one) <= 0) && (newest === null || compare(one, newest) <= 0);
}

/** Release numbers alone; missing ones are 0 (Python packaging specifications, "Version specifiers"). */
function compare(one: string, other: string): number {
  const [first, second] = [one, other].map((text) => text.split(".").map(Number));
  for (const at of [0, 1, 2]) {
    const difference = (first?.[at] ?? 0) - (second?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
