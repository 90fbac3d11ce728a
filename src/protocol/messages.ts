import { type Static, Type } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import { Value } from "@sinclair/typebox/value";
import { OvError } from "../errors.ts";
import { ClassesMessage, ClassifyMessage } from "./classify.ts";
import { EmbedMessage, VectorsMessage } from "./embed.ts";
import { GenerateMessage, StartedMessage, StepMessage } from "./generate.ts";
import { LoadMessage, ReadyMessage } from "./load.ts";
import { RankMessage, ScoresMessage } from "./rank.ts";
import {
  CancelMessage,
  CloseMessage,
  FailedMessage,
  FinishedMessage,
  GrammarsMessage,
  MetricsMessage,
  SpeculationMessage,
} from "./request.ts";
import { DetokenizeMessage, TextMessage, TokenizeMessage, TokensMessage } from "./tokens.ts";
import { SegmentsMessage, TranscribeMessage } from "./transcribe.ts";
import { protocolVersion, toVersionMismatch } from "./version.ts";

/**
 * What the daemon and a host send each other: one JSON object per line, daemon -> host on file descriptor 3, host -> daemon
 * on 4. The schemas of this folder are the one definition; the hosts in Python follow them, and
 * test/fixtures/protocol.jsonl holds all sides to the same lines.
 */
export const RequestMessage = Type.Union([
  GenerateMessage,
  TokenizeMessage,
  DetokenizeMessage,
  EmbedMessage,
  RankMessage,
  ClassifyMessage,
  TranscribeMessage,
]);

export const ToHost = Type.Union([LoadMessage, RequestMessage, CancelMessage, CloseMessage]);

export const FromHost = Type.Union([
  ReadyMessage,
  StartedMessage,
  StepMessage,
  TokensMessage,
  TextMessage,
  VectorsMessage,
  ScoresMessage,
  ClassesMessage,
  SegmentsMessage,
  MetricsMessage,
  SpeculationMessage,
  GrammarsMessage,
  FinishedMessage,
  FailedMessage,
]);

export type RequestMessage = Static<typeof RequestMessage>;
export type ToHost = Static<typeof ToHost>;
export type FromHost = Static<typeof FromHost>;

/** The part of the first messages that no version changes. */
const First = Type.Object({
  type: Type.Union([Type.Literal("load"), Type.Literal("ready")]),
  protocol: Type.Integer(),
});

export function renderLine(message: ToHost | FromHost): string {
  return `${JSON.stringify(message)}\n`;
}

// Compiled at first use: commands that start no host never pay for it.
let fromHost: TypeCheck<typeof FromHost> | undefined;
let toHost: TypeCheck<typeof ToHost> | undefined;

/** Parses one line of a host; throws `engine_failed` if it is not a message of this protocol. */
export function parseFromHost(line: string): FromHost {
  fromHost ??= TypeCompiler.Compile(FromHost);
  const message = parseJson(line, "The engine");
  if (fromHost.Check(message)) return message;
  if (Value.Check(First, message) && message.protocol !== protocolVersion) {
    throw toVersionMismatch(message.protocol, protocolVersion);
  }
  throw new OvError("engine_failed", {
    what: "The engine sent a message that the protocol does not have",
    why: quote(line),
  });
}

/** Parses one line of the daemon; throws `engine_failed` if it is not a message of this protocol. */
export function parseToHost(line: string): ToHost {
  toHost ??= TypeCompiler.Compile(ToHost);
  const message = parseJson(line, "The daemon");
  if (toHost.Check(message)) return message;
  if (Value.Check(First, message) && message.protocol !== protocolVersion) {
    throw toVersionMismatch(protocolVersion, message.protocol);
  }
  throw new OvError("engine_failed", {
    what: "The daemon sent a message that the protocol does not have",
    why: quote(line),
  });
}

function parseJson(line: string, who: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new OvError("engine_failed", { what: `${who} sent a line that is not JSON`, why: quote(line) });
  }
}

function quote(line: string): string {
  return JSON.stringify(line.length > 120 ? `${line.slice(0, 120)}…` : line);
}
