import type { Log } from "../../log.ts";
import { toGigabytes } from "../memory/room.ts";
import type { ObserveModel, UnloadReason } from "./events.ts";
import type { Slot } from "./slot.ts";

/** Tells the log, and whoever counts, what the pool does with its models. Times are of the pool's clock, in milliseconds. */
export function createPoolReport(
  { log, observe = () => {} }: { log: Log; observe?: ObserveModel },
  now: () => number,
) {
  const since = (begun: number) => Math.round((now() - begun) / 10) / 100;
  return {
    loading({ name, target }: Slot): void {
      log.info("loading model", { model: name, path: target.path, device: target.device });
    },
    /** `memory`: what the process holds, in bytes. */
    loaded({ name, model }: Slot, begun: number, memory: number | null): void {
      if (!model) return;
      const { ready, pid } = model.host;
      const { device, engine } = ready;
      observe({ type: "loaded", model: name, seconds: (now() - begun) / 1000, pid, device, engine });
      log.info("loaded model", {
        model: name,
        seconds: since(begun),
        device,
        device_name: ready.device_name,
        engine,
        context_length: ready.context_length,
        memory: memory === null ? undefined : toGigabytes(memory),
        pid,
      });
    },
    failed({ name }: Slot, begun: number, failure: Error): void {
      observe({ type: "load_failed", model: name });
      log.error(`cannot load model: ${failure.message}`, { model: name, seconds: since(begun) });
    },
    admitted({ name }: Slot, arrived: number): void {
      observe({ type: "admitted", model: name, seconds: (now() - arrived) / 1000 });
    },
    /** `forWhom`: the model that needs the memory. */
    unloading({ name, users, lastUsed }: Slot, why: UnloadReason, forWhom: string | undefined): void {
      const idle = users === 0 ? since(lastUsed) : undefined;
      log.info("unloading model", { model: name, why, for: forWhom, running: users, idle_seconds: idle });
    },
    /** `error`: why the process ended when nobody asked it to. */
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
