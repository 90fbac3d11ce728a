import type { Manifest } from "../../models/manifest.ts";
import { toRealPath } from "../../models/paths.ts";
import { addModel } from "../../registry/edit.ts";
import { updateRegistry } from "../../registry/store.ts";

/** What the registry states of a converted model. */
export type Registered = Pick<Manifest, "name" | "converted_path" | "task" | "weight_format"> & {
  converted_at?: string;
};

/**
 * Registers a converted model in one step and returns the name that it got: one that was taken meanwhile gets -2, …
 * With `overwrite`, the entry of that name keeps everything that the conversion does not state; the new `converted_at`
 * makes a running server reload the model.
 */
export async function registerModel(
  registryPath: string,
  model: Registered,
  overwrite: boolean,
): Promise<string> {
  const stated = {
    path: model.converted_path,
    task: model.task,
    weight_format: model.weight_format,
    ...(model.converted_at === undefined ? {} : { converted_at: model.converted_at }),
  };
  const { name } = model;
  return await updateRegistry(registryPath, (models) => {
    const before = Object.hasOwn(models, name) ? models[name] : undefined;
    if (!overwrite || before === undefined) return addModel(models, { name, entry: stated, toRealPath }).name;
    models[name] = typeof before === "object" ? { ...before, ...stated } : stated;
    return name;
  });
}
