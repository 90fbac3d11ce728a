import { type Static, Type } from "@sinclair/typebox";
import { probeTemplate } from "../../generate/template/probe.ts";
import { compileTemplate } from "../../generate/template/template.ts";
import type { ModelView } from "../../serving/model-view.ts";
import { Details, toDetails } from "./model-list.ts";
import { toTagged } from "./names.ts";
import { Time, toTime } from "./timing.ts";

/** docs/openapi.yaml of Ollama, "ShowResponse". */
export const Shown = Type.Object({
  modelfile: Type.String(),
  parameters: Type.String({ description: "What the model's own files recommend, one to a line" }),
  template: Type.String({ description: "The chat template, in Jinja" }),
  details: Details,
  model_info: Type.Record(Type.String(), Type.Unknown(), {
    description: "`general.architecture`, and its `.context_length` where that is known",
  }),
  capabilities: Type.Array(
    Type.Union(["completion", "tools", "thinking", "embedding"].map((name) => Type.Literal(name))),
  ),
  modified_at: Time,
});
export type Shown = Static<typeof Shown>;

/** Shows models. Whether a template knows of thinking takes trial renders to find out, so it is remembered of each. */
export function createShow(): (view: ModelView) => Shown {
  const known = new Map<string, boolean>();
  function mayThink(template: string): boolean {
    const found = known.get(template) ?? thinks(template);
    known.set(template, found);
    return found;
  }
  return (view) => toShown(view, mayThink);
}

function toShown(view: ModelView, mayThink: (template: string) => boolean): Shown {
  const { name, facts, status } = view;
  const template = status?.model?.host.ready.chat_template ?? facts.description?.chatTemplate ?? "";
  return {
    modelfile: `# An entry of ov-llm's registry.\nFROM ${toTagged(name)}\n`,
    parameters: renderParameters(facts.description?.defaults ?? {}),
    template,
    details: toDetails(view),
    model_info: toModelInfo(view),
    capabilities: toCapabilities(view, () => mayThink(template)),
    modified_at: toTime(new Date(facts.modified * 1000)),
  };
}

function toModelInfo({ name, entry, facts, status }: ModelView): Record<string, string | number> {
  const architecture = facts.description?.architecture ?? "unknown";
  const context = status?.contextLength ?? entry.context_length ?? facts.contextLength;
  return {
    "general.architecture": architecture,
    "general.basename": name,
    ...(context !== null && { [`${architecture}.context_length`]: context }),
  };
}

/** Any model that writes text can call tools, even one that was not trained to. */
function toCapabilities({ operations }: ModelView, mayThink: () => boolean): Shown["capabilities"] {
  return [
    ...(operations.includes("generate") ? ["completion", "tools"] : []),
    ...(operations.includes("generate") && mayThink() ? ["thinking"] : []),
    ...(operations.includes("embed") ? ["embedding"] : []),
  ];
}

function thinks(source: string): boolean {
  if (source === "") return false;
  try {
    const { reasoning, kwargs } = probeTemplate(compileTemplate({ source, bosToken: "", eosToken: "" }));
    return reasoning !== null || kwargs.length > 0;
  } catch {
    // One that cannot be read cannot be used either; a request says why.
    return false;
  }
}

/** As `ollama show` prints them: a name and a value to a line. */
function renderParameters(defaults: Record<string, unknown>): string {
  const named = Object.entries(defaults).filter(([name]) => name !== "do_sample");
  const toName = (name: string) => (name === "repetition_penalty" ? "repeat_penalty" : name);
  return named.map(([name, value]) => `${toName(name).padEnd(30)} ${String(value)}`).join("\n");
}
