import type { LoadMessage } from "../../protocol/load.ts";

/** What the engine can do beyond plain text on a device, with a model's properties. */
export interface Abilities {
  /** Needs the paged or the stateful pipeline; the NPU's is neither. */
  grammar: boolean;
  /** Whether the engine finds the start of a prompt in its cache: only paged attention does. */
  prefixCache: boolean;
}

export function toAbilities(device: string, properties: LoadMessage["properties"]): Abilities {
  const isNpu = device.startsWith("NPU");
  return { grammar: !isNpu, prefixCache: !isNpu && properties.ATTENTION_BACKEND !== "SDPA" };
}
