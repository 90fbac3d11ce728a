import { type Static, Type } from "@sinclair/typebox";
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
    Type.Union([
      Type.Literal("completion"),
      Type.Literal("tools"),
      Type.Literal("thinking"),
      Type.Literal("embedding"),
      Type.Literal("vision"),
    ]),
  ),
  modified_at: Time,
});
export type Shown = Static<typeof Shown>;

export function toShown(view: ModelView): Shown {
  const { name, facts, chatTemplate, capabilities } = view;
  return {
    modelfile: `# An entry of ov-llm's registry.\nFROM ${toTagged(name)}\n`,
    parameters: renderParameters(facts.description?.defaults ?? {}),
    template: chatTemplate,
    details: toDetails(view),
    model_info: toModelInfo(view),
    capabilities: [...capabilities],
    modified_at: toTime(new Date(facts.modified * 1000)),
  };
}

function toModelInfo({ name, facts, contextLength }: ModelView): Record<string, string | number> {
  const architecture = facts.description?.architecture ?? "unknown";
  return {
    "general.architecture": architecture,
    "general.basename": name,
    ...(contextLength !== null && { [`${architecture}.context_length`]: contextLength }),
  };
}

/** As `ollama show` prints them: a name and a value to a line. */
function renderParameters(defaults: Record<string, unknown>): string {
  const named = Object.entries(defaults).filter(([name]) => name !== "do_sample");
  const toName = (name: string) => (name === "repetition_penalty" ? "repeat_penalty" : name);
  return named.map(([name, value]) => `${toName(name).padEnd(30)} ${String(value)}`).join("\n");
}
