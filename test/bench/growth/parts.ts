import { measureDraft } from "../part-draft.ts";
import { measureFirstToken } from "../part-first-token.ts";
import { measureShare } from "../part-share.ts";
import { measureSpeculation } from "../part-speculation.ts";
import { measureWarm } from "../part-warm.ts";
import { measureConnections } from "./connections.ts";
import { measureConversation } from "./conversation.ts";
import { measureFullCache } from "./full-cache.ts";
import type { Ground, Growth } from "./ground.ts";
import { measureLongPrompts } from "./long-prompts.ts";
import { measureRegistry } from "./registry.ts";

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
