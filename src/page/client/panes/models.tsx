import { useSignal } from "@preact/signals";
import type { Model } from "../api/schemas.ts";
import type { Chat } from "../chat/chat.ts";
import { ChatButton } from "../parts/chat-button.tsx";
import { Figure } from "../parts/figure.tsx";
import { renderBytes, renderRate, renderTokens } from "../parts/format.ts";
import { isChatModel } from "../parts/model-choice.tsx";
import type { Server } from "../state/server.ts";
import type { Watch } from "../state/watch.ts";
import { TuningDetails } from "./tuning.tsx";

export function Models({ server, watch, chat }: { server: Server; watch: Watch; chat: Chat }) {
  const models = server.models.value;
  return (
    <section aria-labelledby="models-title" class="panel">
      <h2 id="models-title">Models</h2>
      {models?.length === 0 && (
        <p class="hint">
          None is registered yet. Get one below, or on the server with <code>ov-llm pull OWNER/MODEL</code>.
        </p>
      )}
      <ul class="rows">
        {(models ?? []).map((model) => (
          <ModelRow
            key={model.id}
            model={model}
            memory={watch.memory.value.get(model.id) ?? model.memory_bytes}
            server={server}
            chat={chat}
          />
        ))}
      </ul>
    </section>
  );
}

interface ModelRowProps {
  model: Model;
  /** In bytes. */
  memory: number | null;
  server: Server;
  chat: Chat;
}

function ModelRow({ model, memory, server, chat }: ModelRowProps) {
  const tuning = server.tunings.value.get(model.id);
  const running = server.requests.value.filter((request) => request.model === model.id);
  return (
    <li class="row">
      <div class="row-main">
        <div class="name">
          <h3>{model.id}</h3>
          {isChatModel(model) && <ChatButton chat={chat} model={model.id} />}
        </div>
        <p class="hint">{describe(model)}</p>
      </div>
      <span class={`state ${model.state}`}>{model.state}</span>
      <dl class="figures">
        <Figure name="Device" value={model.device} />
        <Figure name="Memory" value={memory === null ? null : renderBytes(memory)} />
        <Figure
          name="Tokens/s"
          value={model.tokens_per_second === null ? null : renderRate(model.tokens_per_second)}
        />
        <Figure name="Requests" value={model.state === "unloaded" ? null : String(running.length)} />
      </dl>
      <PinButton model={model} server={server} />
      <LoadButton model={model} server={server} />
      {tuning !== undefined && <TuningDetails tuning={tuning} />}
    </li>
  );
}

/** A pinned model stays loaded, and is loaded at each start. */
function PinButton({ model, server }: { model: Model; server: Server }) {
  const busy = useSignal(false);
  const act = async () => {
    busy.value = true;
    await server.pin(model.id, !model.pinned);
    busy.value = false;
  };
  return (
    <button
      type="button"
      onClick={act}
      disabled={busy.value}
      aria-pressed={model.pinned}
      aria-label={`Pin ${model.id}`}
      title="A pinned model stays loaded, and is loaded at each start"
    >
      {model.pinned ? "Pinned" : "Pin"}
    </button>
  );
}

function LoadButton({ model, server }: { model: Model; server: Server }) {
  const busy = useSignal(false);
  const isLoaded = model.state === "ready" || model.state === "draining";
  const act = async () => {
    busy.value = true;
    await (isLoaded ? server.unload(model.id) : server.load(model.id));
    busy.value = false;
  };
  const word = isLoaded ? "Unload" : "Load";
  return (
    <button
      type="button"
      onClick={act}
      disabled={busy.value || model.state === "loading" || model.state === "draining"}
      aria-label={`${word} ${model.id}`}
    >
      {word}
    </button>
  );
}

function describe({ task, weight_format, context_length, meta, capabilities }: Model): string {
  return [
    task.replace(/-with-past$/, ""),
    ...(weight_format === "unknown" ? [] : [weight_format]),
    ...(meta.size === null ? [] : [renderBytes(meta.size)]),
    ...(context_length === null ? [] : [`context ${renderTokens(context_length)}`]),
    ...capabilities.filter((one) => one !== "completion"),
  ].join(" · ");
}
