import { renderBytes } from "../../bytes.ts";
import { createFinder, type Finding } from "../finding.ts";
import type { Subject } from "../subject.ts";

const gigabyte = 2 ** 30;
/** As `engine/memory` estimates a model that was never loaded, without its KV cache. */
const toNeed = (size: number) => size * 1.25 + gigabyte / 4;

export function checkMemory({ machine: { memory }, registry }: Subject): Finding[] {
  const { ok, warn } = createFinder("memory");
  const { total, available } = memory;
  const what = `${renderBytes(available)} of ${renderBytes(total)} of memory is available`;
  const large = registry.models.filter(({ size }) => size !== null && toNeed(size) > total);
  const tooLarge = large.map(({ name, size }) =>
    warn(
      `"${name}" (${renderBytes(size ?? 0)}) does not fit in the memory of this machine.`,
      "Convert it with a smaller --weight-format, such as int4, or use a smaller model.",
    ),
  );
  const isShort = available < Math.min(gigabyte, total / 10);
  const now = isShort
    ? warn(`Only ${what}.`, "End other programs, or unload models: `ov-llm ps`, `ov-llm stop NAME`.")
    : ok(`${what}.`);
  return [now, ...tooLarge];
}

export function checkSwap({ machine: { memory } }: Subject): Finding {
  const { ok, warn } = createFinder("swap");
  const { swapTotal, swapFree } = memory;
  if (swapTotal === 0) return ok("There is no swap: when memory runs out, the kernel ends programs.");
  const used = swapTotal - swapFree;
  const what = `${renderBytes(used)} of ${renderBytes(swapTotal)} of swap is used`;
  if (used < swapTotal / 2) return ok(`${what}.`);
  return warn(
    `${what}: models that are swapped out answer slowly.`,
    "End other programs, or lower OV_MEMORY_BUDGET or OV_KV_CACHE_GB.",
  );
}

export function checkDisks({ disks }: Subject): Finding[] {
  const { ok, warn, fail } = createFinder("disk");
  return disks.map(({ purpose, path, free }) => {
    if (free === null) return warn(`Cannot see how much room is left for ${purpose} in "${path}".`);
    const what = `${renderBytes(free)} is free for ${purpose} in "${path}"`;
    if (free < gigabyte)
      return fail(`Only ${what}.`, "Make room: `ov-llm list` shows the sizes of the models.");
    if (free < 10 * gigabyte)
      return warn(`${what}: a conversion may need more.`, "Make room before the next pull.");
    return ok(`${what}.`);
  });
}
