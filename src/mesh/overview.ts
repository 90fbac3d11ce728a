import { type Static, Type } from "@sinclair/typebox";
import { Health } from "../api/operate/health.ts";
import { type BoxAnswer, type BoxModel, onceEach } from "./models.ts";

/** What to show of a box at a glance; boxes of other releases return it, too. */
export const BoxHealth = Type.Pick(Health, ["status", "reason", "version", "device"]);
export type BoxHealth = Static<typeof BoxHealth>;

/** A box as `ov-llm mesh check --json` prints it. */
export interface BoxState {
  box: string;
  url: string;
  /** `down`: it did not answer. */
  status: BoxHealth["status"] | "down";
  /** Why it is not `ok`. */
  problem: string | null;
  version: string | null;
  device: string | null;
  /** Registered ones by their own names. */
  models: string[];
  /** Those that are in memory. */
  loaded: string[];
  running: number;
  waiting: number;
}

export function toBoxState({ box, models }: BoxAnswer, health: BoxHealth): BoxState {
  const own = onceEach(models).filter(({ parent }) => parent === null);
  const sum = (count: (model: BoxModel) => number) => own.reduce((all, model) => all + count(model), 0);
  return {
    box: box.name,
    url: box.url,
    status: health.status,
    problem: health.reason,
    version: health.version,
    device: health.device,
    models: own.map(({ id }) => id),
    loaded: own.filter(({ state }) => state !== "unloaded" && state !== "loading").map(({ id }) => id),
    running: sum(({ running }) => running),
    waiting: sum(({ waiting }) => waiting),
  };
}

export function toDownState({ name, url }: BoxAnswer["box"], problem: string): BoxState {
  const unknown = { version: null, device: null, models: [], loaded: [], running: 0, waiting: 0 };
  return { box: name, url, status: "down", problem, ...unknown };
}

/** What differs between boxes that answer, as sentences: their releases, and models that only some have. */
export function findDifferences(states: readonly BoxState[]): string[] {
  const up = states.filter(({ status }) => status !== "down");
  const versions = new Set(up.flatMap(({ version }) => version ?? []));
  const names = [...new Set(up.flatMap(({ models }) => models))];
  return [
    ...(versions.size > 1 ? [`The boxes run different releases: ${[...versions].join(", ")}.`] : []),
    ...names.flatMap((name) => {
      const having = up.filter(({ models }) => models.includes(name)).map(({ box }) => box);
      return having.length === up.length ? [] : [`Only ${having.join(", ")} has the model ${name}.`];
    }),
  ];
}
