import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";

export interface RawAnswer {
  /** Of the first answer; 0 when the connection was closed without any. */
  status: number;
  /** Of all answers. */
  statuses: number[];
  text: string;
}

export function openSocket(url: string): Socket {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  // A server that closes first is no failure of the test.
  socket.on("error", () => {});
  return socket;
}

/** What comes back for these very bytes until the server closes: `fetch` would put them in order. */
export async function sendBytes(url: string, bytes: string): Promise<RawAnswer> {
  const socket = openSocket(url);
  socket.write(Buffer.from(bytes, "latin1"));
  const answer = await text(socket).catch(() => "");
  const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  return { status: statuses[0] ?? 0, statuses, text: answer };
}
