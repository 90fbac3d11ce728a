import type { Settings } from "../config/settings.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { Signals } from "../linux/signals.ts";
import type { Notifier } from "../linux/systemd.ts";
import type { Log } from "../log.ts";
import type { Events } from "../serving/events.ts";
import type { Pulls } from "../serving/pulls.ts";
import type { Listeners } from "./listeners.ts";

interface Running {
  listeners: Pick<Listeners, "stop" | "kill">;
  pool: Pool;
  pulls: Pick<Pulls, "close">;
  events: Events;
  signals: Signals;
  settings: Settings;
  log: Log;
  notifier: Notifier;
  /** Set here, read by /health/ready. */
  stopping: { now: boolean };
}

/** Serves until a signal requests a stop; a second one ends what still runs. New requests get 503 in between. */
export async function stopOnSignal(running: Running): Promise<void> {
  const { listeners, pool, pulls, events, signals, settings, log, notifier } = running;
  const name = await signals.first;
  running.stopping.now = true;
  notifier.stopping();
  log.info(`${name}: stopping, letting running requests finish`, { seconds: settings.drainSeconds });
  const pulled = pulls.close();
  await Promise.race([pool.close(settings.drainSeconds), signals.second.then(() => pool.close(0))]);
  await pulled;
  // By now, their readers have seen the last model end.
  events.close();
  const answered = listeners.stop();
  // The last answers are being sent; idle connections of pooled clients would stay open forever.
  await Promise.race([answered, Bun.sleep(500)]);
  listeners.kill();
  log.info("stopped");
}
