import type { SpeculationWish } from "../model/target.ts";

/**
 * Adds a draft's present path and stamp, so that its changes are noticed too. `pathOf`: the path of a registered model; undefined: it is
 * not registered.
 */
export function withDraftFiles(
  wish: SpeculationWish | null | undefined,
  pathOf: (model: string) => string | undefined,
  readStamp: (path: string) => string,
): SpeculationWish | null {
  if (wish?.kind !== "draft") return wish ?? null;
  const path = pathOf(wish.model);
  return { ...wish, draft: path === undefined ? null : { path, files: readStamp(path) } };
}
