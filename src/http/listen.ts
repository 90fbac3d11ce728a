import { type Address, toListenError } from "../linux/listen-error.ts";
import type { AppHandler } from "./app.ts";
import { isStream } from "./stream-format.ts";

export interface Listener {
  host: string;
  port: number;
  /** Takes no new connection; resolves when the open requests have been answered. */
  stop(): Promise<void>;
  /** Closes every connection now. */
  kill(): void;
}

/**
 * When a connection without a request is closed: later than the pools of clients do it themselves (Go's after 90 s, most
 * others sooner), so that no request meets the close. Until its first request is whole, Bun gives a connection about 10 s.
 */
const idleSeconds = 240;

/** Serves the app on an address of its own. Throws `port_in_use` naming who holds the port. */
export function listen(handle: AppHandler, { host, port, setting }: Address): Listener {
  try {
    const server = Bun.serve({
      hostname: host,
      port,
      // With it a second server could bind the same port, and an old process would go on answering there.
      reusePort: false,
      idleTimeout: idleSeconds,
      // The app counts the body itself and answers with an error that clients understand.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      // Else what this code did not foresee is answered with a page that shows its source.
      development: false,
      fetch: async (request, server) => {
        // While it is answered nothing may cut it: a load or a long prefill is silent for minutes.
        server.timeout(request, 0);
        const response = await handle(withHost(request), server.requestIP(request)?.address ?? "-");
        // Bun does not count what a stream sends as life, so after a stream the connection stays without a bound.
        if (!isStream(response.headers.get("content-type"))) server.timeout(request, idleSeconds);
        return response;
      },
    });
    return {
      host,
      port: server.port ?? port,
      stop: () => server.stop(false),
      kill: () => void server.stop(true),
    };
  } catch (error) {
    throw toListenError(error, { host, port, setting });
  }
}

/** Without a usable Host header (HTTP/1.0 may leave it out) Bun gives the path alone as the URL. */
function withHost(request: Request): Request {
  return URL.canParse(request.url) ? request : new Request(`http://localhost${request.url}`, request);
}
