import { Health } from "../src/api/operate/health.ts";
import { OvError } from "../src/errors.ts";
import type { ServiceAction } from "../src/library/service.ts";
import { askServer, findServer } from "./server.ts";

/** A server that runs without the service. */
export interface ByHand {
  url: string;
  pid: number;
}

/** The one at the address of the settings; null: none answers. */
export async function findByHand(): Promise<ByHand | null> {
  const server = findServer({});
  try {
    const { pid } = await askServer(server, "/health", Health, 5);
    return { url: server.url, pid };
  } catch (error) {
    if (error instanceof OvError && error.code === "server_unreachable") return null;
    throw error;
  }
}

/** What there is to do where systemd has no service, but a server runs; else what systemd reported. */
export async function explainMissingService(error: unknown, what: ServiceAction): Promise<unknown> {
  if (!(error instanceof OvError) || error.code !== "server_unreachable") return error;
  const found = await findByHand();
  if (found === null) return error;
  const { url, pid } = found;
  const stop = `Ctrl-C where it runs, or "kill ${pid}", stops it`;
  const next = {
    start: `It runs already; ${stop}.`,
    stop: `${stop}.`,
    restart: `${stop}; then start it again with "ov-llm serve".`,
  };
  return new OvError("server_unreachable", {
    what: `Cannot ${what} the server at ${url}`,
    why: `it was started by hand, not as a service (pid ${pid})`,
    next: next[what],
  });
}
