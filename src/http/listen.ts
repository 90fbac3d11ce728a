import { OvError } from "../errors.ts";
import type { AppHandler } from "./app.ts";
import { findPortHolder } from "./port-holder.ts";

export interface Listener {
  host: string;
  port: number;
  /** Takes no new connection; resolves when the open requests have been answered. */
  stop(): Promise<void>;
  /** Closes every connection now. */
  kill(): void;
}

/** Serves the app on an address of its own. Throws `port_in_use` naming who holds the port. */
export function listen(handle: AppHandler, { host, port }: { host: string; port: number }): Listener {
  try {
    const server = Bun.serve({
      hostname: host,
      port,
      // With it a second server could bind the same port, and an old process would go on answering there.
      reusePort: false,
      // 0: connections that wait (for a slow prefill, or in a client's pool) are not cut.
      idleTimeout: 0,
      // The app counts the body itself and answers with an error that clients understand.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      // Else what this code did not foresee is answered with a page that shows its source.
      development: false,
      fetch: (request, server) => handle(withHost(request), server.requestIP(request)?.address ?? "-"),
    });
    return {
      host,
      port: server.port ?? port,
      stop: () => server.stop(false),
      kill: () => void server.stop(true),
    };
  } catch (error) {
    throw toListenError(error, host, port);
  }
}

/** Without a usable Host header (HTTP/1.0 may leave it out) Bun gives the path alone as the URL. */
function withHost(request: Request): Request {
  return URL.canParse(request.url) ? request : new Request(`http://localhost${request.url}`, request);
}

function toListenError(error: unknown, host: string, port: number): OvError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    const holder = findPortHolder(port);
    const who = holder
      ? `"${holder.program}" (pid ${holder.pid}) listens there`
      : "a program of another user listens there";
    const next = "Stop it, or choose another port with --port or OV_PORT.";
    return new OvError("port_in_use", `Cannot listen on ${host}:${port}: ${who}. ${next}`, { cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new OvError(
    "invalid_setting",
    `Cannot listen on ${host}:${port}: ${reason}. Correct --host or OV_HOST, or --port or OV_PORT.`,
    { cause: error },
  );
}
