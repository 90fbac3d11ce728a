import { useSignal } from "@preact/signals";
import { renderTime } from "../parts/format.ts";
import type { LogLine } from "../state/log-lines.ts";
import type { Server } from "../state/server.ts";

/** So many lines are shown; the newest is the first. */
const shown = 200;

export function Log({ server }: { server: Server }) {
  const filter = useSignal("");
  const held = useSignal<readonly LogLine[] | null>(null);
  const lines = held.value ?? server.log.value;
  const word = filter.value.trim().toLowerCase();
  const found = lines.filter((line) =>
    `${line.event} ${line.title} ${line.fields}`.toLowerCase().includes(word),
  );
  return (
    <section aria-labelledby="log-title" class="panel">
      <div class="bar">
        <h2 id="log-title">Log</h2>
        <input
          type="search"
          aria-label="Filter the log"
          placeholder="Filter"
          value={filter.value}
          onInput={({ currentTarget }) => {
            filter.value = currentTarget.value;
          }}
        />
        <button
          type="button"
          aria-pressed={held.value !== null}
          onClick={() => {
            held.value = held.value === null ? server.log.value : null;
          }}
        >
          Pause
        </button>
        <button type="button" onClick={server.clearLog}>
          Clear
        </button>
      </div>
      <p class="hint">The server's events, live. They hold no prompts and no answers.</p>
      {found.length === 0 && <p class="hint">{lines.length === 0 ? "Nothing yet." : "No line matches."}</p>}
      <ol class="log" aria-label="Events, the newest first">
        {found
          .slice(-shown)
          .reverse()
          .map((line) => (
            <li key={line.number} class={line.level}>
              <time>{renderTime(line.at)}</time> <b>{line.title}</b> <span>{line.fields}</span>
            </li>
          ))}
      </ol>
    </section>
  );
}
