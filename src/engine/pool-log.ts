import type { Log } from "../log.ts";
import { toGigabytes } from "./memory/room.ts";
import type { Slot } from "./slot.ts";

/** What the pool says of its models. `memory`: what the process holds, in bytes. */
export function createPoolLog(log: Log, now: () => number) {
  const since = (begun: number) => Math.round((now() - begun) / 10) / 100;
  return {
    loading({ name, target }: Slot): void {
      log.info("loading model", { model: name, path: target.path, device: target.device });
    },
    loaded({ name, model }: Slot, begun: number, memory: number | null): void {
      log.info("loaded model", {
        model: name,
        seconds: since(begun),
        device: model?.host.ready.device,
        device_name: model?.host.ready.device_name,
        engine: model?.host.ready.engine,
        context_length: model?.host.ready.context_length,
        memory: memory === null ? undefined : toGigabytes(memory),
        pid: model?.host.pid,
      });
    },
    failed({ name }: Slot, begun: number, failure: Error): void {
      log.error(`cannot load model: ${failure.message}`, { model: name, seconds: since(begun) });
    },
    unloading({ name, users, lastUsed }: Slot, why: string): void {
      const idle = users === 0 ? since(lastUsed) : undefined;
      log.info("unloading model", { model: name, why, running: users, idle_seconds: idle });
    },
    /** `error`: why the process ended when nobody asked it to. */
    gone({ name }: Slot, error: Error | null): void {
      if (error) log.error(error.message, { model: name });
      else log.info("unloaded model", { model: name });
    },
  };
}
