import type { Slot } from "./slot.ts";

/**
 * The engine keeps every grammar that it has compiled (XGrammar's cache, which OpenVINO GenAI makes without a bound and
 * offers no way to empty), so the only way to free them is another process.
 */
const mostGrammars = 1000;

/**
 * Whether a loaded slot's process keeps more than it should. `idle`: enough to replace it while it is unused;
 * `busy`: so much that it may take no further requests. `memory`: bytes.
 */
export function exceeds({ loaded }: Slot, memory: number, when: "idle" | "busy"): boolean {
  if (!loaded) return false;
  const { held, bytes } = loaded.model.host.grammars;
  const factor = when === "idle" ? 1 : 2;
  return held > mostGrammars * factor || bytes > memory * factor;
}
