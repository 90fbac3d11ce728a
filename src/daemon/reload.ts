import type { Settings } from "../config/settings.ts";
import { findKeyFileWarnings } from "../config/warnings.ts";
import { toOvError } from "../errors.ts";
import type { Keyring } from "../http/auth.ts";
import type { Notifier } from "../linux/systemd.ts";
import type { Log } from "../log.ts";
import type { Registry } from "../registry/registry.ts";

interface Reloaded {
  settings: Settings;
  log: Log;
  keys: Keyring;
  registry: Registry;
  notifier: Notifier;
}

/** Reloads at SIGHUP. If the key file cannot be used, the previous keys stay. */
export function createReload({ settings, log, keys, registry, notifier }: Reloaded): () => void {
  return () => {
    notifier.reloading();
    try {
      keys.reload();
      log.info("reloaded keys and registry", { models: registry.current().entries.size });
      for (const warning of findKeyFileWarnings(settings)) log.warn(warning);
    } catch (error) {
      log.error(`the API keys stay as they were: ${toOvError(error).message}`);
    }
    notifier.ready();
  };
}
