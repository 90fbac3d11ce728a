import type { Socket } from "bun";
import { OvError } from "../errors.ts";
import { toListenError } from "../linux/listen-error.ts";
import { createEventReader, renderEvent } from "./events.ts";
import { createSession, type Ears, type Session } from "./session.ts";

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

interface Connection {
  session: Session;
  read: ReturnType<typeof createEventReader>;
  /** Events are answered in their order. */
  last: Promise<void>;
  /** Those that wait for an answer. */
  open: number;
  /** The bytes of sound in them. */
  waiting: number;
  /** What the socket has not taken yet. */
  unsent: Uint8Array[];
}

/** More clients at once than any home has; further ones are closed. */
const mostClients = 64;

/** Serves Home Assistant's voice pipelines over TCP. Throws `port_in_use`. */
export function listenWyoming(options: WyomingOptions): WyomingListener {
  const { ears, version, maxBody, host, port, idleSeconds = 120 } = options;
  let clients = 0;

  function open(socket: Socket<Connection>): void {
    clients += 1;
    const send = (type: string, data: object) => {
      socket.data.unsent.push(renderEvent(type, data));
      flush(socket);
    };
    const client = socket.remoteAddress;
    const session = createSession({ ears, version, mostBytes: maxBody, client, send });
    socket.data = {
      session,
      read: createEventReader(),
      last: Promise.resolve(),
      open: 0,
      waiting: 0,
      unsent: [],
    };
    socket.timeout(idleSeconds);
    if (clients > mostClients) socket.end();
  }

  function take(socket: Socket<Connection>, bytes: Uint8Array): void {
    const { data } = socket;
    for (const event of data.read(bytes)) {
      data.open += 1;
      data.waiting += event.payload.byteLength;
      if (data.waiting > 2 * maxBody)
        throw new OvError("request_too_large", "The sound is larger than a recording may be.");
      socket.timeout(0);
      data.last = data.last
        .then(() => data.session.take(event))
        .finally(() => {
          data.open -= 1;
          data.waiting -= event.payload.byteLength;
          if (data.open === 0) socket.timeout(idleSeconds);
        });
    }
  }

  try {
    const server = Bun.listen<Connection>({
      hostname: host,
      port,
      socket: {
        open,
        data(socket, bytes) {
          try {
            take(socket, bytes);
          } catch {
            // Not the protocol, so that nobody knows where the next event starts, or too much of it.
            socket.terminate();
          }
        },
        drain: flush,
        timeout: (socket) => void socket.end(),
        close(socket) {
          clients -= 1;
          socket.data.session.end();
        },
        error: () => {},
      },
    });
    return { port: server.port, kill: () => server.stop(true) };
  } catch (error) {
    throw toListenError(error, { host, port, setting: "--wyoming-port or OV_WYOMING_PORT" });
  }
}

function flush(socket: Socket<Connection>): void {
  const { unsent } = socket.data;
  for (let first = unsent[0]; first !== undefined; first = unsent[0]) {
    const sent = socket.write(first);
    if (sent < first.byteLength) {
      unsent[0] = first.subarray(Math.max(0, sent));
      return;
    }
    unsent.shift();
  }
}
