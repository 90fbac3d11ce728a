import { useSignal } from "@preact/signals";

/** Copies the text when pressed, and confirms it. */
export function CopyButton({ text, label = "Copy" }: { text: () => string; label?: string }) {
  const state = useSignal<"idle" | "copied" | "failed">("idle");
  const copy = async () => {
    state.value = (await copyText(text())) ? "copied" : "failed";
    setTimeout(() => {
      state.value = "idle";
    }, 2000);
  };
  const words = { idle: label, copied: "Copied", failed: "Select it and press Ctrl-C" };
  return (
    <button type="button" class="quiet" onClick={copy}>
      <span aria-live="polite">{words[state.value]}</span>
    </button>
  );
}

/** Browsers have a clipboard only over TLS or on the machine itself; elsewhere the older way is left. */
async function copyText(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    return await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "offscreen";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}
