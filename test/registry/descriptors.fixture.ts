import { closeSync, openSync } from "node:fs";
import { createRegistry } from "../../src/registry/registry.ts";

/** All that this process may open. */
function openAll(): number[] {
  const held: number[] = [];
  try {
    for (;;) held.push(openSync("/dev/null", "r"));
  } catch {
    return held;
  }
}

const registry = createRegistry({ path: process.argv[2] ?? "" });
const held = openAll();
const { state } = registry.current();
held.forEach(closeSync);
console.log(JSON.stringify([state, registry.current().state, [...registry.current().entries.keys()]]));
