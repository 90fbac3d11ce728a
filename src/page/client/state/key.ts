import { type ReadonlySignal, signal } from "@preact/signals";

const place = "ov-llm-key";
/** What the value of a header can hold (Fetch, "header value"): of anything else, no request could be made. */
const sendable = /^[\x20-\x7E\x80-\xFF]+$/;

/** The API key, kept as long as the tab is open. */
export interface Key {
  read(): string | null;
  /** Whether the server asks for one, or refused the last. */
  readonly wanted: ReadonlySignal<"no" | "missing" | "wrong">;
  set(key: string): void;
  refused(): void;
}

export function createKey(storage: Storage): Key {
  const wanted = signal<"no" | "missing" | "wrong">("no");
  return {
    read: () => storage.getItem(place),
    wanted,
    set(key) {
      if (!sendable.test(key)) {
        wanted.value = "wrong";
        return;
      }
      storage.setItem(place, key);
      wanted.value = "no";
    },
    refused() {
      // Several requests are refused at once.
      if (wanted.value !== "no") return;
      wanted.value = storage.getItem(place) === null ? "missing" : "wrong";
      storage.removeItem(place);
    },
  };
}
