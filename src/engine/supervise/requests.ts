import { isErrorCode, OvError } from "../../errors.ts";
import type { FromHost } from "../../protocol/messages.ts";
import { type Answer, type OperationName, toAnswers } from "../../protocol/operations.ts";
import type { FailedMessage } from "../../protocol/request.ts";
import { type Channel, type ChannelBound, createChannel } from "./channel.ts";

/** A request that runs in a host. */
export interface OpenRequest {
  readonly id: number;
  /** Ends after `finished`; fails with what fails the request. */
  readonly answers: Channel<Answer>;
}

/** The requests that run in one host, by their ids; independent of their operations. */
export interface Requests {
  open(operation: OperationName): OpenRequest;
  /** Forgets a request; false: it has ended already. */
  leave(id: number): boolean;
  /** Passes a message to its request; answers to requests that have been left are dropped. */
  route(message: FromHost): void;
  /** Fails all of them. */
  fail(error: unknown): void;
  /** What runs now. */
  operations(): OperationName[];
}

/** As many as a single answer's tokens in some minutes. */
const answerBound: ChannelBound = {
  most: 10_000,
  exceeded: () => new OvError("client_too_slow", "The client reads the answer too slowly; it was ended."),
};

export function createRequests(): Requests {
  const open = new Map<number, { operation: OperationName; answers: Channel<Answer> }>();
  let nextId = 0;

  function answer(message: Answer): void {
    const answers = open.get(message.id)?.answers;
    answers?.push(message);
    if (message.type !== "finished") return;
    answers?.end();
    open.delete(message.id);
  }

  return {
    open(operation) {
      const request = { id: nextId++, answers: createChannel<Answer>(answerBound) };
      open.set(request.id, { operation, answers: request.answers });
      return request;
    },
    leave: (id) => open.delete(id),
    route(message) {
      for (const one of toAnswers(message)) answer(one);
      if (message.type !== "failed" || message.id === null) return;
      open.get(message.id)?.answers.fail(toHostError(message));
      open.delete(message.id);
    },
    fail(error) {
      for (const { answers } of open.values()) answers.fail(error);
      open.clear();
    },
    operations: () => [...open.values()].map(({ operation }) => operation),
  };
}

/** The error of a `failed` message; a code that is not in the catalogue becomes `engine_failed`. */
export function toHostError({ code, message, param }: FailedMessage): OvError {
  const detail = param === undefined ? {} : { param };
  return new OvError(isErrorCode(code) ? code : "engine_failed", message, detail);
}
