/** A model that is in memory, or about to be. */
export interface Tenant {
  name: string;
  /** The most that it may take; 0: it is still waiting for its memory. */
  bytes: number;
  pinned: boolean;
  /** Requests are using it. */
  busy: boolean;
  /** It will be evicted once its requests have ended. */
  leaving: boolean;
  /** Milliseconds, monotonic. */
  lastUsed: number;
}

export interface RoomWanted {
  /** Bytes. */
  need: number;
  budget: number;
  /** What earlier models that are still waiting will take. */
  reserved: number;
  tenants: readonly Tenant[];
}

export interface RoomPlan {
  /** never: not even alone with the pinned models. */
  when: "now" | "later" | "never";
  /** The models to evict, in this order; those with requests drain first. */
  evict: Tenant[];
}

/**
 * How a model gets its memory. Idle models are evicted first, least recently used first; then the
 * busy ones in the same order. Pinned ones stay.
 */
export function planRoom({ need, budget, reserved, tenants }: RoomWanted): RoomPlan {
  const staying = tenants.filter(({ leaving }) => !leaving);
  const pinned = sum(staying.filter((tenant) => tenant.pinned));
  if (need + pinned > budget) return { when: "never", evict: [] };
  let missing = sum(staying) + reserved + need - budget;
  if (missing <= 0) return { when: sum(tenants) + need <= budget ? "now" : "later", evict: [] };
  const evict: Tenant[] = [];
  for (const tenant of staying.filter((one) => !one.pinned && one.bytes > 0).sort(byUse)) {
    if (missing <= 0) break;
    evict.push(tenant);
    missing -= tenant.bytes;
  }
  return { when: "later", evict };
}

function byUse(a: Tenant, b: Tenant): number {
  return Number(a.busy) - Number(b.busy) || a.lastUsed - b.lastUsed;
}

function sum(tenants: readonly Tenant[]): number {
  return tenants.reduce((total, { bytes }) => total + bytes, 0);
}
