import { createHash } from "node:crypto";
import type { Grammar } from "../../protocol/grammar.ts";
import type { FromHost } from "../../protocol/messages.ts";

/** The assumed size of one grammar, in bytes: the batching engine measured 0.15 to 2.5 MB; here nothing can be measured. */
const assumedBytes = 2 ** 20;

/** Reports how many distinct grammars the engine keeps; batching/grammars/held_grammars.py says why. */
export function createHeldGrammars(send: (message: FromHost) => void): { add(grammar: Grammar): void } {
  const known = new Set<string>();
  return {
    add(grammar) {
      const before = known.size;
      known.add(createHash("sha256").update(JSON.stringify(grammar)).digest("base64"));
      if (known.size > before) send({ type: "grammars", held: known.size, bytes: known.size * assumedBytes });
    },
  };
}
