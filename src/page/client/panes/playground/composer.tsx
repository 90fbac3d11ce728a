import { type Signal, useSignal } from "@preact/signals";
import type { Chat } from "../../chat/chat.ts";
import { readPicture } from "../../chat/picture.ts";
import type { Picture } from "../../chat/turns.ts";

/** Pictures for the next message. */
function PictureChoice({ pictures, disabled }: { pictures: Signal<readonly Picture[]>; disabled: boolean }) {
  const count = pictures.value.length;
  return (
    <>
      <label class="file">
        {count === 0 ? "Picture" : count === 1 ? "1 picture" : `${count} pictures`}
        <input
          type="file"
          class="offscreen"
          accept="image/png,image/jpeg,image/webp,image/gif"
          multiple
          disabled={disabled}
          onChange={async ({ currentTarget }) => {
            const files = [...(currentTarget.files ?? [])];
            pictures.value = [...pictures.value, ...(await Promise.all(files.map(readPicture)))];
            currentTarget.value = "";
          }}
        />
      </label>
      {count > 0 && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            pictures.value = [];
          }}
        >
          Remove
        </button>
      )}
    </>
  );
}

/** Where a message is written: Enter sends it, Shift-Enter starts a new line. */
export function Composer({ chat, disabled, sees }: { chat: Chat; disabled: boolean; sees: boolean }) {
  const text = useSignal("");
  const pictures = useSignal<readonly Picture[]>([]);
  const send = () => {
    if (disabled || chat.writing.value) return;
    if (text.value.trim() === "") return;
    void chat.send(text.value, sees ? pictures.value : []);
    text.value = "";
    pictures.value = [];
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
      {sees && <PictureChoice pictures={pictures} disabled={disabled} />}
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
