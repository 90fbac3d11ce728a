import { renderBytes } from "../../bytes.ts";
import type { Log, LogFields } from "../../log.ts";
import type { ObserveModel, UnloadReason } from "../model/events.ts";
import type { Loaded, Slot } from "./slot.ts";

/** Reports what the pool does with its models to the log and an observer. */
export type PoolReport = ReturnType<typeof createPoolReport>;

/** `now`: the pool's clock, in milliseconds, as are the times below. */
export function createPoolReport(
  { log, observe = () => {} }: { log: Log; observe?: ObserveModel },
  now: () => number,
) {
  const secondsSince = (time: number) => toSeconds(now() - time);
  return {
    loading({ name, target }: Slot): void {
      log.info("loading model", { model: name, path: target.path, device: target.device });
    },
    /** It is loaded without speculation; `why`: the memory that speculation would have taken. */
    plain({ name }: Slot, why: string): void {
      log.warn(`served without speculation: ${why}`, { model: name });
    },
    /** `memory`: what the process holds, in bytes. */
    loaded(name: string, { model: { host }, took }: Loaded, memory: number | null): void {
      const { ready, pid } = host;
      const { device, engine } = ready;
      observe({ type: "loaded", model: name, seconds: took / 1000, pid, device, engine });
      log.info("loaded model", {
        model: name,
        seconds: toSeconds(took),
        device,
        device_name: ready.device_name,
        engine,
        context_length: ready.context_length,
        memory: memory === null ? undefined : renderBytes(memory),
        pid,
      });
      if (ready.stages !== undefined)
        log.debug("stages of the load, in seconds", toStages(name, ready.stages, took));
    },
    /** `started`: when it was first requested. */
    failed({ name }: Slot, started: number, failure: Error): void {
      observe({ type: "load_failed", model: name });
      log.error(failure.message, { model: name, seconds: secondsSince(started) });
    },
    admitted({ name }: Slot, arrived: number): void {
      observe({ type: "admitted", model: name, seconds: (now() - arrived) / 1000 });
    },
    /** `forWhom`: the model that needs the memory. */
    unloading({ name, users, lastUsed }: Slot, why: UnloadReason, forWhom: string | undefined): void {
      const idle = users === 0 ? secondsSince(lastUsed) : undefined;
      log.info("unloading model", { model: name, why, for: forWhom, running: users, idle_seconds: idle });
    },
    /** `error`: why the process ended unexpectedly. */
    gone({ name, leaving }: Slot, error: Error | null): void {
      if (error) {
        observe({ type: "crashed", model: name });
        log.error(error.message, { model: name });
      } else {
        observe({ type: "unloaded", model: name, reason: leaving ?? "shutdown" });
        log.info("unloaded model", { model: name });
      }
    },
  };
}

/** `took`: the whole load, in milliseconds; the part that the host did not measure is the daemon's own. */
function toStages(model: string, stages: Record<string, number>, took: number): LogFields {
  const measured = Object.values(stages).reduce((sum, seconds) => sum + seconds, 0);
  return { model, daemon: toSeconds(Math.max(0, took - measured * 1000)), ...stages };
}

/** Rounded to hundredths. */
function toSeconds(milliseconds: number): number {
  return Math.round(milliseconds / 10) / 100;
}
