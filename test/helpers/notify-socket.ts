import { join } from "node:path";
import { readLines } from "../../src/protocol/lines.ts";

export interface NotifySocket {
  /** The next datagram that has this text in it; those before are passed over. */
  next(text: string): Promise<string>;
  close(): Promise<void>;
}

/** A datagram socket as systemd has one: Bun cannot make any, Python can. */
export async function openNotifySocket(name: string): Promise<NotifySocket> {
  const program = join(import.meta.dir, "notify_socket.py");
  const child = Bun.spawn(["python3", program, name], { stdio: ["ignore", "pipe", "inherit"] });
  const batches = readLines(child.stdout);
  let pending: string[] = [];
  async function next(text: string): Promise<string> {
    for (;;) {
      for (let line = pending.shift(); line !== undefined; line = pending.shift()) {
        const datagram = String(JSON.parse(line));
        if (datagram.includes(text)) return datagram;
      }
      const { value, done } = await batches.next();
      if (done) throw new Error(`The socket was closed without ${text}`);
      pending = value;
    }
  }
  await next("listening");
  return {
    next,
    async close() {
      child.kill();
      await child.exited;
    },
  };
}
