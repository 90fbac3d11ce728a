import type { Settings } from "../config/settings.ts";
import { type Listener, listen } from "../http/listen.ts";
import type { Log } from "../log.ts";
import { version } from "../version.ts";
import { listenWyoming } from "../wyoming/listen.ts";
import type { Apps } from "./app.ts";

export interface Listeners {
  /** Of the whole API: `http://127.0.0.1:9000` */
  url: string;
  /** Accepts no new connections; resolves when the open requests have been answered. */
  stop(): Promise<void>;
  /** Closes every connection now. */
  kill(): void;
}

/**
 * Serves the API, Ollama's on OV_OLLAMA_PORT and the Wyoming protocol on OV_WYOMING_PORT if these are set: all ports or,
 * if one is taken, none and `port_in_use`.
 */
export function openListeners(
  { main, createOllama, ears }: Apps,
  {
    host,
    port,
    ollamaPort,
    wyomingPort,
    maxBody,
  }: Pick<Settings, "host" | "port" | "ollamaPort" | "wyomingPort" | "maxBody">,
  log: Log,
): Listeners {
  const all = [listen(main, { host, port, setting: "--port or OV_PORT" })];
  const others: { kill(): void }[] = [];
  const kill = () => {
    for (const listener of [...all, ...others]) listener.kill();
  };
  try {
    if (ollamaPort !== null) {
      all.push(
        listen(createOllama(), { host, port: ollamaPort, setting: "--ollama-port or OV_OLLAMA_PORT" }),
      );
    }
    if (wyomingPort !== null) {
      const wyoming = listenWyoming({ ears, version, maxBody, host, port: wyomingPort });
      others.push(wyoming);
      log.info("the Wyoming protocol listens", { host, port: wyoming.port });
    }
  } catch (error) {
    kill();
    throw error;
  }
  const [url = "", ollamaUrl] = all.map(toUrl);
  if (ollamaUrl !== undefined) log.info("Ollama's API listens on its own port", { url: ollamaUrl });
  return {
    url,
    async stop() {
      await Promise.all(all.map((listener) => listener.stop()));
    },
    kill,
  };
}

function toUrl({ host, port }: Listener): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
