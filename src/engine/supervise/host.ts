import { OvError } from "../../errors.ts";
import type { ReadyMessage } from "../../protocol/load.ts";
import { type RequestMessage, renderLine } from "../../protocol/messages.ts";
import { eventReaders, type OperationName, type Operations } from "../../protocol/operations.ts";
import { type Connection, connect, type HostOptions } from "./connection.ts";
import type { Host } from "./types.ts";

/**
 * Starts a host process and loads a model in it. Throws `model_load_failed` (or the code that the host gives)
 * after the process has ended, and the signal's reason if it aborts first.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  options.signal.throwIfAborted();
  const connection = connect(options);
  try {
    return toHost(await connection.load(), connection, options.model);
  } catch (error) {
    connection.end();
    await connection.exited;
    throw error;
  }
}

function toHost(ready: ReadyMessage, connection: Connection, model: string): Host {
  const { child, requests, stall } = connection;

  async function* run<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]["request"],
    signal: AbortSignal,
  ): AsyncGenerator<Operations[Name]["event"]> {
    signal.throwIfAborted();
    if (!connection.open) throw ended(model);
    if (!ready.operations.includes(operation)) throw notOffered(operation, ready, model);
    const { id, answers } = requests.open(operation);
    const abandon = () => answers.fail(signal.reason);
    signal.addEventListener("abort", abandon, { once: true });
    stall.start();
    child.send(renderLine(toMessage[operation](id, request)));
    try {
      for await (const answer of answers) {
        const event = eventReaders[operation](answer);
        if (event === null) throw strayed(operation, answer.type, connection);
        yield event;
      }
    } finally {
      signal.removeEventListener("abort", abandon);
      if (requests.leave(id)) child.send(renderLine({ type: "cancel", id }));
    }
  }

  return {
    ready,
    pid: child.pid,
    get alive() {
      return child.alive;
    },
    get grammars() {
      return connection.grammars;
    },
    run,
    close: connection.close,
    exited: connection.exited,
  };
}

const toMessage: {
  readonly [Name in OperationName]: (id: number, request: Operations[Name]["request"]) => RequestMessage;
} = {
  generate: (id, request) => ({ type: "generate", id, ...request }),
  tokenize: (id, request) => ({ type: "tokenize", id, ...request }),
  detokenize: (id, request) => ({ type: "detokenize", id, ...request }),
  embed: (id, request) => ({ type: "embed", id, ...request }),
  rank: (id, request) => ({ type: "rank", id, ...request }),
  classify: (id, request) => ({ type: "classify", id, ...request }),
  transcribe: (id, request) => ({ type: "transcribe", id, ...request }),
};

function ended(model: string): OvError {
  return new OvError("engine_crashed", {
    what: `The engine of "${model}" has ended`,
    next: "Send the request again: it loads the model again.",
  });
}

function notOffered(operation: OperationName, { engine }: ReadyMessage, model: string): OvError {
  return new OvError("task_unsupported", {
    what: `Model "${model}" on the engine "${engine}" does not offer "${operation}"`,
    next: "Use another model, or another engine for it.",
  });
}

/** A host that mixes up requests cannot continue. */
function strayed(operation: OperationName, answer: string, { fail }: Connection): OvError {
  const error = new OvError(
    "engine_failed",
    `The engine answered a request to ${operation} with "${answer}".`,
  );
  fail(error);
  return error;
}
