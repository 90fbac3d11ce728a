import type { Chat } from "../chat/chat.ts";

/** Opens the playground with this model. */
export function ChatButton({ chat, model }: { chat: Pick<Chat, "model">; model: string }) {
  const open = () => {
    chat.model.value = model;
    location.hash = "playground";
  };
  return (
    <button type="button" class="quiet" onClick={open} aria-label={`Chat with ${model}`}>
      Chat
    </button>
  );
}
