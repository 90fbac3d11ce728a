import { OvError } from "../errors.ts";
import type { Classes, ClassifyRequest } from "../protocol/classify.ts";
import type { CatalogModel } from "./catalog.ts";
import { checkLabels, checkOffered, type LabelDeps } from "./labels.ts";
import { type Asker, createOperation, type OperationDeps, toCut } from "./operation.ts";

export interface ClassifyAsk {
  /** At least one, and none of them empty. */
  texts: readonly string[];
  /** Longer texts are cut to that many tokens; Infinity: to the model's maximum; null: they are refused. */
  maxTokens: number | null;
}

export interface Classified {
  /** The model's labels, in the order of the probabilities. */
  labels: readonly string[];
  /** In the order of the texts: how likely each label is, from 0 to 1. */
  probabilities: readonly (readonly number[])[];
  /** The tokens of all texts. */
  tokens: number;
}

/** Classifies texts; loads the model if necessary. Throws OvErrors. */
export interface ClassifyService {
  classify(model: CatalogModel, asker: Asker, ask: ClassifyAsk): Promise<Classified>;
}

export function createClassifyService(deps: OperationDeps & LabelDeps): ClassifyService {
  const run = createOperation(deps);
  return {
    async classify(model, asker, ask) {
      await checkLabels("classify", model, deps);
      let labels: readonly string[] = [];
      const events = await run(model, asker, ({ model: { host } }, signal) => {
        checkOffered("classify", model, host.ready);
        labels = host.ready.labels ?? [];
        return host.run("classify", toRequest(ask, host.ready.context_length), signal);
      });
      const found = events.flatMap((event) => (event.type === "classes" ? event.classes : []));
      return {
        labels,
        probabilities: toOrdered(found, ask.texts.length, labels.length),
        tokens: found.reduce((sum, { tokens }) => sum + tokens, 0),
      };
    },
  };
}

function toRequest({ texts, maxTokens }: ClassifyAsk, most: number): ClassifyRequest {
  return { inputs: [...texts], max_tokens: toCut(maxTokens, most) };
}

function toOrdered(found: readonly Classes[], count: number, labels: number): number[][] {
  const rows = new Map(found.map(({ input, probabilities }) => [input, probabilities]));
  return Array.from({ length: count }, (_, input) => {
    const row = rows.get(input);
    if (row?.length !== labels) throw new OvError("engine_failed", "The engine left out a label.");
    return row;
  });
}
