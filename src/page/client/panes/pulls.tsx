import { useSignal } from "@preact/signals";
import type { Chat } from "../chat/chat.ts";
import { ChatButton } from "../parts/chat-button.tsx";
import { isChatModel } from "../parts/model-choice.tsx";
import type { Pulls as PullsState, ShownPull } from "../state/pulls.ts";
import type { Server } from "../state/server.ts";
import { Suggestions } from "./suggestions.tsx";

interface PullsProps {
  pulls: PullsState;
  server: Server;
  chat: Chat;
}

/** Models on their way from the hub, and where one asks for another. */
export function Pulls({ pulls, server, chat }: PullsProps) {
  const model = useSignal("");
  return (
    <section aria-labelledby="pulls-title" class="panel">
      <h2 id="pulls-title">Get a model</h2>
      <form
        class="composer"
        onSubmit={async (event) => {
          event.preventDefault();
          const asked = model.value;
          if (asked.trim() === "") return;
          // What was refused stays, to be corrected.
          if ((await pulls.start(asked.trim())) && model.value === asked) model.value = "";
        }}
      >
        <input
          type="text"
          aria-label="Model of the hub"
          placeholder="OWNER/MODEL on the hub, or a short name such as qwen3-8b"
          value={model.value}
          onInput={({ currentTarget }) => {
            model.value = currentTarget.value;
          }}
        />
        <button type="submit" class="main" disabled={model.value.trim() === ""}>
          Pull
        </button>
      </form>
      <ul class="rows" hidden={pulls.list.value.length === 0}>
        {pulls.list.value.map((pull) => (
          <PullRow key={pull.id} {...{ pull, pulls, server, chat }} />
        ))}
      </ul>
      <Suggestions pulls={pulls} />
    </section>
  );
}

const colours: Record<ShownPull["state"], string> = {
  queued: "",
  running: "loading",
  done: "ready",
  failed: "lost",
  cancelled: "",
};

function PullRow({ pull, pulls, server, chat }: PullsProps & { pull: ShownPull }) {
  const { id, model, state, step, percent, note, registered } = pull;
  const chatModel = (server.models.value ?? []).filter(isChatModel).find(({ id }) => id === registered);
  const isOpen = state === "queued" || state === "running";
  return (
    <li class="row pull">
      <div class="row-main">
        <div class="name">
          <h3>{model}</h3>
          {chatModel !== undefined && <ChatButton chat={chat} model={chatModel.id} />}
        </div>
        <p class="hint">{note ?? (state === "running" ? describe(step, percent) : "")}</p>
        {state === "running" && (
          <progress aria-label={`Progress of ${model}`} max={100} {...toValue(percent)} />
        )}
      </div>
      <span class={`state ${colours[state]}`}>{state}</span>
      {isOpen && (
        <button type="button" onClick={() => pulls.cancel(id)} aria-label={`Cancel the pull of ${model}`}>
          Cancel
        </button>
      )}
    </li>
  );
}

function describe(step: string | null, percent: number | null): string {
  if (step === null) return "starting";
  return percent === null ? step : `${step} ${Math.floor(percent)} %`;
}

/** Without a value it shows that something goes on. */
function toValue(percent: number | null) {
  return percent === null ? {} : { value: percent };
}
