import type { RunningRequest } from "../api/schemas.ts";
import { Figure } from "../parts/figure.tsx";
import { renderRate, renderSeconds } from "../parts/format.ts";
import type { Server } from "../state/server.ts";

/** What runs and waits. */
export function Now({ server }: { server: Server }) {
  const requests = server.requests.value;
  return (
    <section aria-labelledby="now-title" class="panel">
      <h2 id="now-title">Now</h2>
      {requests.length === 0 ? (
        <p class="hint">No running or waiting requests.</p>
      ) : (
        <ul class="rows">
          {requests.map((request) => (
            <RequestRow key={request.id} request={request} server={server} />
          ))}
        </ul>
      )}
    </section>
  );
}

function RequestRow({ request, server }: { request: RunningRequest; server: Server }) {
  const { id, model, path, state, seconds, prompt_tokens: prompt } = request;
  const speed = toSpeed(request);
  return (
    <li class="row">
      <div class="row-main">
        <h3>{model}</h3>
        <p class="hint">
          {path} · {request.key === null ? request.client : `${request.key} at ${request.client}`}
        </p>
      </div>
      <span class={`state ${state === "answering" ? "ready" : "loading"}`}>{state}</span>
      <dl class="figures">
        <Figure name="Time" value={renderSeconds(seconds)} />
        <Figure name="Prompt" value={prompt === null ? null : String(prompt)} />
        <Figure name="Tokens" value={String(request.new_tokens)} />
        <Figure name="Tokens/s" value={speed === null ? null : renderRate(speed)} />
      </dl>
      {/* A load is ended by unloading the model. */}
      {!path.startsWith("/v1/models/") && (
        <button type="button" onClick={() => server.cancel(id)} aria-label={`Cancel the request ${id}`}>
          Cancel
        </button>
      )}
    </li>
  );
}

function toSpeed({ new_tokens: tokens, seconds, time_to_first_token: first }: RunningRequest): number | null {
  return first === null || seconds - first < 0.2 ? null : tokens / (seconds - first);
}
