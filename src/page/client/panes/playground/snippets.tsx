import { useSignal } from "@preact/signals";
import type { Chat } from "../../chat/chat.ts";
import { type Language, languages, renderSnippet } from "../../chat/snippets.ts";
import { Code } from "../../parts/code.tsx";

/** The conversation's request as a program. */
export function Snippets({ chat, hasKey }: { chat: Chat; hasKey: boolean }) {
  const language = useSignal<Language | null>(null);
  return (
    <div class="snippets">
      <fieldset class="bar">
        <legend class="offscreen">This request as code</legend>
        <span class="hint">As code</span>
        {languages.map((name) => (
          <button
            type="button"
            class="quiet"
            key={name}
            aria-pressed={language.value === name}
            onClick={() => {
              language.value = language.value === name ? null : name;
            }}
          >
            {name}
          </button>
        ))}
      </fieldset>
      {language.value !== null && (
        <Code
          text={renderSnippet(language.value, chat.toRequest(), location.origin, hasKey)}
          label={`This request in ${language.value}`}
        />
      )}
    </div>
  );
}
