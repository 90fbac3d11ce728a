import { type Address, toListenError } from "../linux/listen-error.ts";
import type { AppHandler } from "./app.ts";
import { isStream } from "./stream-format.ts";

export interface Listener {
  host: string;
  port: number;
  /** Accepts no new connections; resolves when the open requests have been answered. */
  stop(): Promise<void>;
  /** Closes every connection now. */
  kill(): void;
}

/**
 * When an idle connection is closed: later than clients' pools close it themselves (Go's after 90 s, most
 * others sooner), so that no request meets a closing connection. Bun gives a connection about 10 s for its first request.
 */
const idleSeconds = 240;

/** Serves the app on one address. Throws `port_in_use`, naming the program that holds the port. */
export function listen(handle: AppHandler, { host, port, setting }: Address): Listener {
  try {
    const server = Bun.serve({
      hostname: host,
      port,
      // With true, a second server could bind the same port, and an old process would continue to answer there.
      reusePort: false,
      idleTimeout: idleSeconds,
      // The app counts the body itself and answers with an error that clients understand.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      // Otherwise Bun answers an unforeseen error with a page that shows the source.
      development: false,
      fetch: async (request, server) => {
        // Nothing may cut a connection while its request is answered: a load or a long prefill is silent for minutes.
        server.timeout(request, 0);
        const response = await handle(withHost(request), server.requestIP(request)?.address ?? "-");
        // Bun does not count a stream's writes as activity, so after a stream the timer stays off.
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
