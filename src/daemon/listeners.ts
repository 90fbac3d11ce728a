import type { Settings } from "../config/settings.ts";
import { type Listener, listen } from "../http/listen.ts";
import type { Log } from "../log.ts";
import type { Apps } from "./app.ts";

export interface Listeners {
  /** Of the whole API: `http://127.0.0.1:9000` */
  url: string;
  /** Takes no new connection; resolves when the open requests have been answered. */
  stop(): Promise<void>;
  /** Closes every connection now. */
  kill(): void;
}

/** Serves the API, and Ollama's on OV_OLLAMA_PORT where that is set: all ports or, when one is taken, none and `port_in_use`. */
export function openListeners(
  { main, createOllama }: Apps,
  { host, port, ollamaPort }: Pick<Settings, "host" | "port" | "ollamaPort">,
  log: Log,
): Listeners {
  const all = [listen(main, { host, port, setting: "--port or OV_PORT" })];
  const kill = () => {
    for (const listener of all) listener.kill();
  };
  if (ollamaPort !== null) {
    try {
      all.push(
        listen(createOllama(), { host, port: ollamaPort, setting: "--ollama-port or OV_OLLAMA_PORT" }),
      );
    } catch (error) {
      kill();
      throw error;
    }
  }
  const [url = "", ollamaUrl] = all.map(toUrl);
  if (ollamaUrl !== undefined) log.info("Ollama's API has a port of its own", { url: ollamaUrl });
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
