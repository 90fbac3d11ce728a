import { useSignal } from "@preact/signals";
import type { Chat } from "../../chat/chat.ts";

/** Where a message is written: Enter sends it, Shift-Enter starts a new line. */
export function Composer({ chat, disabled }: { chat: Chat; disabled: boolean }) {
  const text = useSignal("");
  const send = () => {
    if (disabled || chat.writing.value) return;
    void chat.send(text.value);
    text.value = "";
  };
  return (
    <div class="composer">
      <textarea
        aria-label="Message"
        placeholder="Ask something (Enter sends, Shift-Enter starts a new line)"
        rows={2}
        value={text.value}
        disabled={disabled}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value;
        }}
        onKeyDown={(event) => {
          // While an input method composes a character, Enter belongs to it.
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      {chat.writing.value ? (
        <button type="button" class="main" onClick={chat.stop}>
          Stop
        </button>
      ) : (
        <button type="button" class="main" onClick={send} disabled={disabled || text.value.trim() === ""}>
          Send
        </button>
      )}
    </div>
  );
}
