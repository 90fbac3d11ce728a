import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Chat } from "./chat/chat.ts";
import { Header, Notices, type Pane, panes } from "./header.tsx";
import { KeyForm } from "./key-form.tsx";
import { Charts } from "./panes/charts.tsx";
import { Connect } from "./panes/connect.tsx";
import { Log } from "./panes/log.tsx";
import { Models } from "./panes/models.tsx";
import { Now } from "./panes/now.tsx";
import { Playground } from "./panes/playground.tsx";
import { Pulls } from "./panes/pulls.tsx";
import type { Failures } from "./state/failures.ts";
import type { Key } from "./state/key.ts";
import type { Pulls as PullsState } from "./state/pulls.ts";
import type { Server } from "./state/server.ts";
import type { Watch } from "./state/watch.ts";

export interface AppProps {
  apiKey: Key;
  server: Server;
  pulls: PullsState;
  failures: Failures;
  watch: Watch;
  chat: Chat;
}

export function App({ apiKey, server, pulls, failures, watch, chat }: AppProps) {
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
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header server={server} pane={pane} isOpen={isOpen} />
      <main tabIndex={-1} id="main">
        <Notices server={server} failures={failures} />
        {isOpen ? (
          <PaneView {...{ pane, server, pulls, watch, chat, hasKey: apiKey.read() !== null }} />
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
  pulls: PullsState;
  watch: Watch;
  chat: Chat;
  hasKey: boolean;
}

function PaneView({ pane, server, pulls, watch, chat, hasKey }: PaneProps) {
  switch (pane) {
    case "overview":
      return <Overview server={server} pulls={pulls} watch={watch} chat={chat} />;
    case "playground":
      return <Playground server={server} chat={chat} hasKey={hasKey} />;
    case "log":
      return <Log server={server} />;
    case "connect":
      return <Connect server={server} hasKey={hasKey} />;
  }
}

/** What is pulled, and the way to a first model, come before what one only looks at. */
function Overview({ server, pulls, watch, chat }: Omit<PaneProps, "pane" | "hasKey">) {
  const isPulling = pulls.list.value.some(({ state }) => state === "queued" || state === "running");
  const isEarly = isPulling || server.models.value?.length === 0;
  const pulling = <Pulls key="pulls" pulls={pulls} server={server} chat={chat} />;
  return (
    <>
      <Models server={server} watch={watch} chat={chat} />
      {isEarly && pulling}
      <Now server={server} />
      <Charts watch={watch} />
      {!isEarly && pulling}
    </>
  );
}

/** The pane that the address names; the one before, where it names none. */
function usePane(): Pane {
  const pane = useSignal<Pane>(toPane(location.hash) ?? "overview");
  useEffect(() => {
    const read = () => {
      pane.value = toPane(location.hash) ?? pane.value;
    };
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, [pane]);
  return pane.value;
}

function toPane(hash: string): Pane | undefined {
  return panes.find(({ id }) => `#${id}` === hash)?.id;
}
