import type { HfConfig } from "./hf-config.ts";

/** `model.layers.3.mlp.up_proj.weight`; `transformer.h.3…` in GPT-2 and its kin. Towers for images and sounds have other names. */
const ofLayer = /^(?:(?:model|language_model|transformer|gpt_neox|decoder)\.)*(?:layers|h)\.(\d+)\./;

/**
 * Which layers of its config.json a checkpoint lacks, as a clause: transformers would fill them at random. null: none, or its
 * tensors have names that do not show it.
 */
export function findAbsentLayers(config: HfConfig, tensors: ReadonlySet<string>): string | null {
  const { text_config: text } = config;
  const count = text?.num_hidden_layers ?? config.num_hidden_layers ?? config.n_layer;
  const there = new Set([...tensors].flatMap((name) => ofLayer.exec(name)?.[1] ?? []).map(Number));
  if (count === undefined || there.size === 0) return null;
  const absent = Array.from({ length: count }, (_, layer) => layer).filter((layer) => !there.has(layer));
  if (absent.length === 0) return null;
  const shown =
    absent.length > 4 ? `${absent.slice(0, 3).join(", ")}, … ${absent.at(-1)}` : absent.join(", ");
  const which = absent.length === 1 ? `layer ${shown}` : `layers ${shown}`;
  return `incomplete weights: ${which} of its ${count} ${absent.length === 1 ? "is" : "are"} missing: fetch it again`;
}
