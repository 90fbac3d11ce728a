import { probeTemplate } from "../generate/template/probe.ts";
import { compileTemplate } from "../generate/template/template.ts";

/** Whether a chat template supports reasoning. */
export type ReadThinking = (template: string) => Promise<boolean>;

/** This takes trial renders, so the result is cached for each template, and one at a time is tried, between other work. */
export function createThinkingReader(): ReadThinking {
  const known = new Map<string, Promise<boolean>>();
  let last: Promise<unknown> = Promise.resolve();
  return (template) => {
    const found = known.get(template) ?? last.then(yieldLoop).then(() => thinks(template));
    if (!known.has(template)) last = found;
    known.set(template, found);
    return found;
  };
}

function yieldLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function thinks(source: string): boolean {
  if (source === "") return false;
  try {
    const { reasoning, kwargs } = probeTemplate(compileTemplate({ source, bosToken: "", eosToken: "" }));
    return reasoning !== null || kwargs.length > 0;
  } catch {
    // A template that cannot be read cannot be used either; requests report why.
    return false;
  }
}
