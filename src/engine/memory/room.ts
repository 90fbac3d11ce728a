import { startAlarm } from "../../alarm.ts";
import { renderBytes } from "../../bytes.ts";
import { OvError } from "../../errors.ts";
import type { Budget } from "./budget.ts";
import { planRoom, type Tenant } from "./plan.ts";

/** The most that a model may take, in bytes. */
export interface MemoryNeed {
  /** Weights and the engine. */
  model: number;
  /** Its KV cache when it is full; 0: it has none. */
  kvCache: number;
  /** The working memory of a batch for a model without a KV cache; 0: it is included in the rest. */
  work: number;
}

/** A model that waits to be loaded. */
export interface Claim {
  name: string;
  need: MemoryNeed;
  /** Set to the whole need once it has its room. */
  bytes: number;
  /** Whether other models may be evicted for it. */
  mayEvict: boolean;
}

/** Gives out the memory budget, in order of arrival. */
export interface Room {
  /**
   * Resolves once the memory is available, with `claim.bytes` set. Rejects with `insufficient_memory` if it can never
   * be, or was not in time; with the signal's reason if that aborts first.
   */
  take(claim: Claim, signal: AbortSignal): Promise<void>;
  /** Checks again, because a model became idle or has ended. */
  review(): void;
}

export interface RoomOptions {
  budget: () => Budget;
  /** All models in memory or about to be; names are unique among those that are not leaving. */
  tenants: () => Tenant[];
  /** Unloads a model once its requests have ended. */
  evict: (name: string, forWhom: string) => void;
  /** The longest wait. */
  waitSeconds: number;
}

interface Waiter {
  claim: Claim;
  settle: (error: unknown) => void;
}

/**
 * No model waits forever: a later one gets memory at once only if the earlier ones still get theirs, and a
 * running model that blocks an earlier one takes no new requests. So models that need each other's
 * memory take turns.
 */
export function createRoom(options: RoomOptions): Room {
  const waiting = new Set<Waiter>();

  function review(): void {
    if (waiting.size === 0) return;
    const budget = options.budget();
    let reserved = 0;
    for (const waiter of [...waiting]) {
      const { claim } = waiter;
      const need = toBytes(claim.need);
      const tenants = options.tenants();
      const { when, evict } = planRoom({ need, budget: budget.bytes, reserved, tenants });
      if (when === "now") {
        claim.bytes = need;
        waiter.settle(null);
      } else if (when === "never" || !claim.mayEvict) {
        waiter.settle(cannotFit(claim, budget, tenants));
      } else {
        reserved += need;
        for (const { name } of evict) options.evict(name, claim.name);
      }
    }
  }

  function take(claim: Claim, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const settle = (error: unknown) => {
        waiting.delete(waiter);
        alarm[Symbol.dispose]();
        signal.removeEventListener("abort", abort);
        if (error === null) resolve();
        else reject(error);
      };
      const giveUp = (error: unknown) => {
        settle(error);
        // Those behind it may continue.
        review();
      };
      const abort = () => giveUp(signal.reason);
      const waiter: Waiter = { claim, settle };
      const { waitSeconds } = options;
      const alarm = startAlarm(waitSeconds * 1000, () =>
        giveUp(waitedTooLong(claim, options.budget(), waitSeconds)),
      );
      signal.addEventListener("abort", abort, { once: true });
      waiting.add(waiter);
      review();
    });
  }

  return { take, review };
}

function toBytes({ model, kvCache, work }: MemoryNeed): number {
  return model + kvCache + work;
}

function toAdvice({ kvCache }: MemoryNeed): string {
  return kvCache > 0
    ? "a smaller weight format (int4), a lower OV_KV_CACHE_GB or a higher OV_MEMORY_BUDGET"
    : "a smaller weight format (int8) or a higher OV_MEMORY_BUDGET";
}

function cannotFit({ name, need, mayEvict }: Claim, budget: Budget, tenants: Tenant[]): OvError {
  const held = tenants.filter(({ bytes, leaving, pinned }) => bytes > 0 && !leaving && (pinned || !mayEvict));
  const holders = held.map((tenant) => `"${tenant.name}" ${renderBytes(tenant.bytes)}`).join(", ");
  const who = mayEvict ? "pinned models" : "loaded models";
  const taken = holders === "" ? "" : `, of which ${who} hold: ${holders}`;
  const what = `${describe(name, need, budget)}${taken}`;
  return new OvError("insufficient_memory", { what, next: `Use ${toAdvice(need)}.` });
}

function waitedTooLong({ name, need }: Claim, budget: Budget, seconds: number): OvError {
  const waited = `running models did not free memory within ${seconds} s (OV_QUEUE_SECONDS)`;
  const what = `${describe(name, need, budget)}, and ${waited}`;
  const next = `Try again later, or use ${toAdvice(need)}.`;
  return new OvError("insufficient_memory", { what, next }, { retryAfterSeconds: 30 });
}

function describe(name: string, need: MemoryNeed, { bytes, source }: Budget): string {
  const parts = [
    `${renderBytes(need.model)} for its weights and the engine`,
    ...(need.kvCache > 0 ? [`${renderBytes(need.kvCache)} for its KV cache`] : []),
    ...(need.work > 0 ? [`${renderBytes(need.work)} for its work`] : []),
  ].join(", ");
  return `Model "${name}" needs about ${renderBytes(toBytes(need))} of memory (${parts}); all models may take ${renderBytes(bytes)} (${source})`;
}
