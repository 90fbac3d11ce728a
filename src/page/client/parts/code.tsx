import { CopyButton } from "./copy.tsx";

/** Text to be taken along, with the button that copies it. */
export function Code({ text, label }: { text: string; label: string }) {
  return (
    <div class="code">
      <section class="code-text" aria-label={label}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <pre tabIndex={0}>{text}</pre>
      </section>
      <CopyButton text={() => text} />
    </div>
  );
}
