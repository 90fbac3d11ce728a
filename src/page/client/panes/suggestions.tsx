import type { Suggestion } from "../api/schemas.ts";
import { renderBytes } from "../parts/format.ts";
import type { Pulls } from "../state/pulls.ts";

/** Known models that this machine can serve, each with a button that gets it. */
export function Suggestions({ pulls }: { pulls: Pulls }) {
  const found = pulls.suggestions.value;
  return (
    <details onToggle={({ currentTarget }) => currentTarget.open && found === null && pulls.suggest()}>
      <summary>Models that fit this machine</summary>
      {found?.length === 0 && <p class="hint">None of the known models fits this machine.</p>}
      <ul class="rows">
        {(found ?? []).map((suggestion) => (
          <SuggestionRow key={suggestion.pull} suggestion={suggestion} pulls={pulls} />
        ))}
      </ul>
    </details>
  );
}

function SuggestionRow({ suggestion, pulls }: { suggestion: Suggestion; pulls: Pulls }) {
  const { pull, model, ready_made } = suggestion;
  const fetched = ready_made ? pull : model;
  const isPulled = pulls.list.value.some(
    (one) => one.model === fetched && (one.state === "queued" || one.state === "running"),
  );
  return (
    <li class="row known">
      <div class="row-main">
        <h3>{fetched}</h3>
        <p class="hint">{describe(suggestion)}</p>
      </div>
      <button
        type="button"
        disabled={isPulled}
        onClick={() => pulls.start(pull)}
        aria-label={`Pull ${fetched}`}
      >
        Pull
      </button>
    </li>
  );
}

function describe(suggestion: Suggestion): string {
  const { good_at, task, download_bytes, memory_bytes, ready_made, gated, licence } = suggestion;
  return [
    good_at,
    ...(task.startsWith("text-generation") ? [] : [task]),
    `fetches ${renderBytes(download_bytes)}`,
    `takes ${renderBytes(memory_bytes)} of memory`,
    ready_made ? "ready-made" : "converted on this machine",
    gated ? `${licence}, to be accepted on the hub first` : licence,
  ].join(" · ");
}
