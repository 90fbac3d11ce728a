import type { Chat } from "../../chat/chat.ts";
import type { AssistantTurn, Figures, Round, ToolCall, Turn, UserTurn } from "../../chat/turns.ts";
import { CopyButton } from "../../parts/copy.tsx";
import { renderRate } from "../../parts/format.ts";
import { Markdown } from "../../parts/markdown.tsx";
import { PictureView } from "./picture.tsx";

export function TurnView({ turn, chat, isLast }: { turn: Turn; chat: Chat; isLast: boolean }) {
  if (turn.role === "user") return <QuestionView turn={turn} />;
  return <AnswerView turn={turn} chat={chat} isLast={isLast} />;
}

function QuestionView({ turn: { text, pictures } }: { turn: UserTurn }) {
  return (
    <div class="turn user">
      {pictures.map((picture, index) => (
        <PictureView key={index} picture={picture} />
      ))}
      {text}
    </div>
  );
}

function AnswerView({ turn, chat, isLast }: { turn: AssistantTurn; chat: Chat; isLast: boolean }) {
  const text = turn.rounds.map((round) => round.text).join("\n\n");
  const isEmpty = turn.rounds.every(
    (round) => round.text === "" && round.reasoning === "" && round.calls.length === 0,
  );
  return (
    <div class="turn assistant">
      {turn.rounds.map((round, index) => (
        <RoundView key={index} round={round} />
      ))}
      {turn.state === "writing" && isEmpty && <p class="hint waiting">Waiting for the first token…</p>}
      {turn.state === "stopped" && <p class="hint">Stopped.</p>}
      {turn.note !== null && (
        <p
          class={turn.state === "failed" ? "problem" : "hint"}
          role={turn.state === "failed" ? "alert" : undefined}
        >
          {turn.note}
        </p>
      )}
      {turn.state !== "writing" && (
        <div class="turn-foot">
          {turn.figures !== null && <span class="hint">{renderFigures(turn.figures)}</span>}
          {text !== "" && <CopyButton text={() => text} />}
          {isLast && (
            <button type="button" class="quiet" onClick={chat.regenerate}>
              Regenerate
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function RoundView({ round }: { round: Round }) {
  return (
    <>
      {round.reasoning !== "" && (
        <details class="reasoning">
          <summary>Reasoning</summary>
          <div class="thought">{round.reasoning}</div>
        </details>
      )}
      {round.text !== "" && <Markdown text={round.text} />}
      {round.calls.map((call) => (
        <CallView key={call.id} call={call} />
      ))}
    </>
  );
}

function CallView({ call }: { call: ToolCall }) {
  return (
    <p class="call">
      <code>
        {call.name}({call.arguments})
      </code>
      {call.result !== undefined && <> → {call.result}</>}
    </p>
  );
}

function renderFigures({ promptTokens, newTokens, tokensPerSecond, promptMs }: Figures): string {
  return [
    `${promptTokens} + ${newTokens} tokens`,
    ...(tokensPerSecond === null ? [] : [`${renderRate(tokensPerSecond)} tokens/s`]),
    ...(promptMs === null ? [] : [`prompt ${Math.round(promptMs)} ms`]),
  ].join(" · ");
}
