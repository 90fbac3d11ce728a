import type { Socket } from "bun";
import { toListenError } from "../linux/listen-error.ts";
import { type Connection, createConnection } from "./connection.ts";
import { createSession, type Ears } from "./session.ts";

export interface WyomingOptions {
  ears: Ears;
  version: string;
  /** OV_MAX_BODY, in bytes. */
  maxBody: number;
  host: string;
  /** 0: a free one. */
  port: number;
  /** How long a client may be silent while it is not being answered. */
  idleSeconds?: number;
}

export interface WyomingListener {
  port: number;
  /** Closes every connection now. */
  kill(): void;
}

/** More clients at once than any home has; further ones are closed. */
const mostClients = 64;

/** Serves Home Assistant's voice pipelines over TCP. Throws `port_in_use`. */
export function listenWyoming(options: WyomingOptions): WyomingListener {
  const { ears, version, maxBody, host, port, idleSeconds = 120 } = options;
  let clients = 0;

  function open(socket: Socket<Connection>): void {
    clients += 1;
    const client = socket.remoteAddress;
    socket.data = createConnection(socket, {
      createSession: (send) => createSession({ ears, version, mostBytes: maxBody, client, send }),
      mostWaiting: 2 * maxBody,
      idleSeconds,
    });
    socket.timeout(idleSeconds);
    if (clients > mostClients) socket.end();
  }

  try {
    const server = Bun.listen<Connection>({
      hostname: host,
      port,
      socket: {
        open,
        data: (socket, bytes) => socket.data.take(bytes),
        drain: (socket) => socket.data.flush(),
        timeout: (socket) => void socket.end(),
        close(socket) {
          clients -= 1;
          socket.data.close();
        },
        error: () => {},
      },
    });
    return { port: server.port, kill: () => server.stop(true) };
  } catch (error) {
    throw toListenError(error, { host, port, setting: "--wyoming-port or OV_WYOMING_PORT" });
  }
}
