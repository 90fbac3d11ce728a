import { useSignal } from "@preact/signals";
import type { Key } from "./state/key.ts";

/** Asks for the API key once. */
export function KeyForm({ apiKey }: { apiKey: Key }) {
  const text = useSignal("");
  return (
    <form
      class="panel key-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.value.trim() !== "") apiKey.set(text.value.trim());
      }}
    >
      <h2>This server requires a key</h2>
      {apiKey.wanted.value === "wrong" && (
        <p class="problem" role="alert">
          That key does not open it.
        </p>
      )}
      <label>
        API key
        <input
          type="password"
          autocomplete="off"
          // biome-ignore lint/a11y/noAutofocus: it is the only thing to do here
          autoFocus
          value={text.value}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
        />
      </label>
      <p class="hint">
        It stays in this tab. It is the <code>OV_API_KEY</code> of{" "}
        <code>~/.config/ov-llm-server/ov-server.env</code>.
      </p>
      <button type="submit" class="main">
        Open
      </button>
    </form>
  );
}
