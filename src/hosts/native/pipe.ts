import { TypeCompiler } from "@sinclair/typebox/compiler";
import { readLines } from "../../protocol/lines.ts";
import { type FromHost, ToHost } from "../../protocol/messages.ts";

const commandsFd = 3;
const eventsFd = 4;

/** The host's end of the protocol's two pipes. */
export interface HostPipe {
  /** The daemon's messages; ends when it closes its end, or is gone. Throws for a line that is none. */
  messages(): AsyncGenerator<ToHost>;
  send(message: FromHost): void;
  /** Resolves when the daemon can read all that was sent. */
  flush(): Promise<void>;
}

export function openHostPipe(): HostPipe {
  const toHost = TypeCompiler.Compile(ToHost);
  const events = Bun.file(eventsFd).writer();
  const flush = async () => {
    await events.flush();
  };

  async function* messages(): AsyncGenerator<ToHost> {
    for await (const lines of readLines(Bun.file(commandsFd).stream())) {
      for (const line of lines) {
        const message: unknown = JSON.parse(line);
        if (!toHost.Check(message))
          throw new TypeError("The daemon sent a message that is not of the protocol");
        yield message;
      }
    }
  }

  return {
    messages,
    send(message) {
      events.write(`${JSON.stringify(message)}\n`);
      // A daemon that is gone reads nothing; the end of the messages tells that.
      void flush().catch(() => {});
    },
    flush,
  };
}
