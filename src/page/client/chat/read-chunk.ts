import type { Chunk } from "../api/schemas.ts";
import type { AssistantTurn, Figures, Round, ToolCall } from "./turns.ts";
import { emptyRound } from "./turns.ts";

type Delta = Chunk["choices"][number]["delta"];

/** The turn with what the chunk adds to its last round. */
export function addChunk(turn: AssistantTurn, chunk: Chunk): AssistantTurn {
  const [choice] = chunk.choices;
  const last = turn.rounds.at(-1) ?? emptyRound;
  const rounds =
    choice === undefined ? turn.rounds : [...turn.rounds.slice(0, -1), addDelta(last, choice.delta)];
  const note = choice?.finish_reason === "length" ? "The answer reached its token limit." : turn.note;
  return { ...turn, rounds, note, figures: toFigures(chunk) ?? turn.figures };
}

function addDelta(
  round: Round,
  { content, reasoning_content: thought, tool_calls: pieces = [] }: Delta,
): Round {
  return {
    text: round.text + (content ?? ""),
    reasoning: round.reasoning + (thought ?? ""),
    calls: pieces.reduce(addCall, round.calls),
  };
}

type CallPiece = NonNullable<Delta["tool_calls"]>[number];

function addCall(calls: readonly ToolCall[], { index, id, function: piece }: CallPiece): readonly ToolCall[] {
  const call = calls[index] ?? { id: "", name: "", arguments: "" };
  const whole = {
    id: id ?? call.id,
    name: call.name + (piece.name ?? ""),
    arguments: call.arguments + (piece.arguments ?? ""),
  };
  return [...calls.slice(0, index), whole, ...calls.slice(index + 1)];
}

function toFigures({ usage, timings }: Chunk): Figures | null {
  if (!usage) return null;
  return {
    promptTokens: usage.prompt_tokens,
    newTokens: usage.completion_tokens,
    tokensPerSecond: timings?.predicted_per_second ?? null,
    promptMs: timings?.prompt_ms ?? null,
  };
}
