import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Chat } from "./chat/chat.ts";
import { KeyForm } from "./key-form.tsx";
import { Charts } from "./panes/charts.tsx";
import { Connect } from "./panes/connect.tsx";
import { Log } from "./panes/log.tsx";
import { Models } from "./panes/models.tsx";
import { Now } from "./panes/now.tsx";
import { Playground } from "./panes/playground.tsx";
import type { Key } from "./state/key.ts";
import type { Server } from "./state/server.ts";
import type { Watch } from "./state/watch.ts";

const panes = [
  { id: "overview", title: "Overview" },
  { id: "playground", title: "Playground" },
  { id: "log", title: "Log" },
  { id: "connect", title: "Connect" },
] as const;
type Pane = (typeof panes)[number]["id"];

export interface AppProps {
  apiKey: Key;
  server: Server;
  watch: Watch;
  chat: Chat;
}

export function App({ apiKey, server, watch, chat }: AppProps) {
  const pane = usePane();
  const isOpen = apiKey.wanted.value === "no";
  useEffect(() => {
    if (!isOpen) return;
    const leaving = new AbortController();
    watch.run(leaving.signal);
    return () => leaving.abort();
  }, [isOpen, watch]);
  return (
    <>
      <a class="skip" href={`#${pane}`} onClick={focusMain}>
        Skip to the content
      </a>
      <Header server={server} pane={pane} isOpen={isOpen} />
      <main tabIndex={-1} id="main">
        <Notices server={server} />
        {isOpen ? (
          <PaneView {...{ pane, server, watch, chat, hasKey: apiKey.read() !== null }} />
        ) : (
          <KeyForm apiKey={apiKey} />
        )}
      </main>
    </>
  );
}

interface PaneProps {
  pane: Pane;
  server: Server;
  watch: Watch;
  chat: Chat;
  hasKey: boolean;
}

function PaneView({ pane, server, watch, chat, hasKey }: PaneProps) {
  switch (pane) {
    case "overview":
      return (
        <>
          <Models server={server} watch={watch} />
          <Now server={server} />
          <Charts watch={watch} />
        </>
      );
    case "playground":
      return <Playground server={server} chat={chat} hasKey={hasKey} />;
    case "log":
      return <Log server={server} />;
    case "connect":
      return <Connect server={server} hasKey={hasKey} />;
  }
}

function Header({ server, pane, isOpen }: { server: Server; pane: Pane; isOpen: boolean }) {
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

function Notices({ server }: { server: Server }) {
  const { health, failure } = server;
  return (
    <>
      {health.value?.reason && (
        <p class="problem notice" role="status">
          {health.value.reason}
        </p>
      )}
      {failure.value !== null && (
        <div class="problem notice" role="alert">
          {failure.value}
          <button type="button" class="quiet" onClick={server.dismiss}>
            Dismiss
          </button>
        </div>
      )}
    </>
  );
}

/** The pane that the address names. */
function usePane(): Pane {
  const hash = useSignal(location.hash);
  useEffect(() => {
    const read = () => {
      hash.value = location.hash;
    };
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, [hash]);
  return panes.find(({ id }) => `#${id}` === hash.value)?.id ?? "overview";
}

function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
