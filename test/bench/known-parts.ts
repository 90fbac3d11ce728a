import { measureConnections } from "./growth/connections.ts";
import { measureConversation } from "./growth/conversation.ts";
import { measureFullCache } from "./growth/full-cache.ts";
import { measureLongPrompts } from "./growth/long-prompts.ts";
import { measureRegistry } from "./growth/registry.ts";
import { kinds } from "./models/kind-models.ts";
import { measureFirstToken } from "./parts/first-token.ts";
import { measureShare } from "./parts/share.ts";
import { measureWarm } from "./parts/warm.ts";
import type { Ground, Growth } from "./programs/ground.ts";
import { measureDraft } from "./speculation/draft.ts";
import { measureSpeculation } from "./speculation/speculation.ts";

/** The parts on the server that they share (`served.ts`), or without one (`main.ts`). */
export const parts = ["load", "constrained", "prefix", ...kinds, "startup", "idle", "hold"] as const;
export type Part = (typeof parts)[number];

/** The parts with a server of their own, most of them on growth, by name; each takes a minute or two. */
export const growthParts = {
  "first-token": measureFirstToken,
  warm: measureWarm,
  speculation: measureSpeculation,
  draft: measureDraft,
  share: measureShare,
  registry: measureRegistry,
  connections: measureConnections,
  conversation: measureConversation,
  "long-prompts": measureLongPrompts,
  "full-cache": measureFullCache,
} as const satisfies Record<string, (ground: Ground) => Promise<Growth>>;

export type GrowthPart = keyof typeof growthParts;

export function isGrowthPart(name: string): name is GrowthPart {
  return Object.hasOwn(growthParts, name);
}

/** Whether a part does without the server that the others share. */
export function isUnserved(part: Part | GrowthPart): boolean {
  return part === "startup" || part === "hold" || isGrowthPart(part);
}
