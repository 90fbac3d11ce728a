import type { Box } from "../../src/mesh/boxes.ts";
import type { BoxModel } from "../../src/mesh/models.ts";

export function box(name: string, value: string | null = null): Box {
  const key = value === null ? null : { value, variable: `KEY_OF_${name.toUpperCase()}` };
  return { name: `${name}:9000`, url: `http://${name}:9000`, key };
}

export function model(id: string, extra: Partial<BoxModel> = {}): BoxModel {
  return {
    id,
    type: "llm",
    parent: null,
    context_length: 8192,
    capabilities: ["completion", "tools"],
    pinned: false,
    state: "unloaded",
    running: 0,
    waiting: 0,
    ...extra,
  };
}
