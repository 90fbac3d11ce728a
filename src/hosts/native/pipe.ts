import { readLines } from "../../protocol/lines.ts";
import { type FromHost, parseToHost, renderLine, type ToHost } from "../../protocol/messages.ts";

const commandsFd = 3;
const eventsFd = 4;

/** The host's end of the protocol's two pipes. */
export interface HostPipe {
  /** The daemon's messages; ends when the daemon closes its end or has ended. Throws `engine_failed` for any other line. */
  messages(): AsyncGenerator<ToHost>;
  send(message: FromHost): void;
  /** Resolves when the daemon can read all that was sent. */
  flush(): Promise<void>;
}

export function openHostPipe(): HostPipe {
  const events = Bun.file(eventsFd).writer();
  const flush = async () => {
    await events.flush();
  };

  async function* messages(): AsyncGenerator<ToHost> {
    for await (const lines of readLines(Bun.file(commandsFd).stream())) {
      for (const line of lines) yield parseToHost(line);
    }
  }

  return {
    messages,
    send(message) {
      events.write(renderLine(message));
      // A daemon that has ended reads nothing; the end of its messages shows that.
      void flush().catch(() => {});
    },
    flush,
  };
}
