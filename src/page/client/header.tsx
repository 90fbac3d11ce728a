import type { Failures } from "./state/failures.ts";
import type { Server } from "./state/server.ts";

export const panes = [
  { id: "overview", title: "Overview" },
  { id: "playground", title: "Playground" },
  { id: "log", title: "Log" },
  { id: "connect", title: "Connect" },
] as const;
export type Pane = (typeof panes)[number]["id"];

export function Header({ server, pane, isOpen }: { server: Server; pane: Pane; isOpen: boolean }) {
  const { health, connection } = server;
  return (
    <header>
      <div class="brand">
        <img src="/page/icon.svg" alt="" width={26} height={26} />
        <h1>ov-llm</h1>
        {health.value !== null && <span class="hint">{health.value.version}</span>}
      </div>
      {isOpen && (
        <nav aria-label="Panes">
          {panes.map(({ id, title }) => (
            <a key={id} href={`#${id}`} aria-current={id === pane ? "page" : undefined}>
              {title}
            </a>
          ))}
        </nav>
      )}
      {isOpen && (
        <span class={`state ${connection.value}`} role="status">
          {connection.value}
        </span>
      )}
    </header>
  );
}

/** What is wrong with the server, and what it refused last. */
export function Notices({ server, failures }: { server: Server; failures: Failures }) {
  const { health } = server;
  return (
    <>
      {health.value?.reason && (
        <p class="problem notice" role="status">
          {health.value.reason}
        </p>
      )}
      {failures.last.value !== null && (
        <div class="problem notice" role="alert">
          {failures.last.value}
          <button type="button" class="quiet" onClick={failures.dismiss}>
            Dismiss
          </button>
        </div>
      )}
    </>
  );
}
