import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { ConvertOptions } from "../../src/convert/options.ts";
import { UsageError } from "../action.ts";

/** Options for a folder or a .gguf file anywhere on this machine: that one alone is made ready, and it stays where it is. Throws UsageError. */
export function toLocalOptions(path: string, options: ConvertOptions): ConvertOptions {
  const place = resolve(path);
  const what = `Cannot convert ${JSON.stringify(path)}`;
  if (!existsSync(place)) throw new UsageError(`${what}: it does not exist. Check the path.`);
  if (Object.values(options.selection).some((list) => list.length > 0)) {
    throw new UsageError(
      `${what}: --only, --include and --exclude choose among the folders of OV_MODEL_SRC. Leave them out.`,
    );
  }
  const { loaded } = options;
  return {
    ...options,
    loaded: { ...loaded, settings: { ...loaded.settings, modelSrc: dirname(place) } },
    selection: { only: [basename(place)], include: [], exclude: [] },
    copy: true,
  };
}
