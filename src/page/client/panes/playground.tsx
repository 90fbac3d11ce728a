import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Chat } from "../chat/chat.ts";
import { isChatModel, ModelChoice } from "../parts/model-choice.tsx";
import type { Server } from "../state/server.ts";
import { Composer } from "./playground/composer.tsx";
import { Snippets } from "./playground/snippets.tsx";
import { TurnView } from "./playground/turn.tsx";

/** A chat with any model that writes text. */
export function Playground({ server, chat, hasKey }: { server: Server; chat: Chat; hasKey: boolean }) {
  const models = (server.models.value ?? []).filter(isChatModel);
  const model =
    models.find(({ id }) => id === chat.model.value) ??
    models.find(({ state }) => state === "ready") ??
    models[0];
  useEffect(() => {
    chat.model.value = model?.id ?? null;
  }, [chat, model?.id]);
  return (
    <section aria-labelledby="playground-title" class="panel playground">
      <div class="bar">
        <h2 id="playground-title">Playground</h2>
        <ModelChoice
          models={models}
          chosen={model?.id ?? null}
          onChoose={(id) => {
            chat.model.value = id;
          }}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={chat.tool.value}
            onChange={({ currentTarget }) => {
              chat.tool.value = currentTarget.checked;
            }}
          />
          Tool <code>get_time</code>
        </label>
        <button type="button" onClick={chat.clear} disabled={chat.turns.value.length === 0}>
          Clear
        </button>
      </div>
      <SystemPrompt chat={chat} />
      <Turns chat={chat} />
      {server.models.value !== null && models.length === 0 && (
        <p class="hint">
          No chat model is registered. Get one in the <a href="#overview">overview</a>.
        </p>
      )}
      <Composer
        chat={chat}
        disabled={model === undefined}
        sees={model?.capabilities.includes("vision") ?? false}
      />
      <Snippets chat={chat} hasKey={hasKey} />
    </section>
  );
}

function SystemPrompt({ chat }: { chat: Chat }) {
  return (
    <details class="system">
      <summary>System prompt</summary>
      <textarea
        aria-label="System prompt"
        rows={2}
        value={chat.system.value}
        onInput={({ currentTarget }) => {
          chat.system.value = currentTarget.value;
        }}
      />
    </details>
  );
}

/** Follows the answer as it is written, unless the reader has scrolled up. */
function Turns({ chat }: { chat: Chat }) {
  const place = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const turns = chat.turns.value;
  useLayoutEffect(() => {
    if (follows.current) place.current?.scrollTo({ top: place.current.scrollHeight });
  }, [turns]);
  return (
    <div
      ref={place}
      class="turns"
      role="log"
      aria-label="Conversation"
      aria-busy={chat.writing.value}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        follows.current = scrollHeight - scrollTop - clientHeight < 40;
      }}
    >
      {turns.map((turn, index) => (
        <TurnView key={index} turn={turn} chat={chat} isLast={index === turns.length - 1} />
      ))}
    </div>
  );
}
