import { useSignal } from "@preact/signals";
import { clients } from "../connect/clients.ts";
import { Code } from "../parts/code.tsx";
import { isChatModel, ModelChoice } from "../parts/model-choice.tsx";
import type { Server } from "../state/server.ts";

/** How clients reach this server, filled with its address. */
export function Connect({ server, hasKey }: { server: Server; hasKey: boolean }) {
  const chosen = useSignal<string | null>(null);
  const models = (server.models.value ?? []).filter(isChatModel);
  const model = models.find(({ id }) => id === chosen.value) ?? models[0];
  const address = {
    origin: location.origin,
    model: model?.id ?? "MODEL",
    contextLength: model?.context_length ?? null,
    hasKey,
  };
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  return (
    <section aria-labelledby="connect-title" class="panel">
      <div class="bar">
        <h2 id="connect-title">Connect</h2>
        <ModelChoice
          models={models}
          chosen={model?.id ?? null}
          onChoose={(id) => {
            chosen.value = id;
          }}
        />
      </div>
      {isLocal && (
        <p class="hint">
          This address works only on this machine. For other machines: <code>./install.sh --lan</code>, then
          open this page by the machine's name.
        </p>
      )}
      <div class="clients">
        {clients.map(({ name, place, render }) => (
          <article key={name}>
            <h3>{name}</h3>
            <p class="hint">{place}</p>
            <Code text={render(address)} label={`Settings of ${name}`} />
          </article>
        ))}
      </div>
    </section>
  );
}
