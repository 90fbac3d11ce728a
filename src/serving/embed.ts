import type { LoadedModel } from "../engine/model/loaded.ts";
import { OvError } from "../errors.ts";
import type { EmbeddingFacts } from "../models/embedding.ts";
import type { EmbedRequest } from "../protocol/embed.ts";
import type { CatalogModel } from "./catalog.ts";
import { type Asker, createOperation, type OperationDeps, toCut } from "./operation.ts";

export interface EmbedAsk {
  /** Texts, or token ids; none of them empty. */
  inputs: EmbedRequest["inputs"];
  /** The kind of the inputs, such as `query`, for models with a prompt for each kind; null: unknown. */
  inputType: string | null;
  /** Longer inputs are cut to that many tokens; Infinity: to the model's maximum; null: they are refused. */
  maxTokens: number | null;
  dimensions: number | null;
}

export interface Embedded {
  /** In the order of the inputs: float32, little-endian, in base64. */
  vectors: string[];
  /** The tokens of all inputs. */
  tokens: number;
  /** When the request got its turn, in milliseconds of the given clock. */
  startedAt: number;
}

/** Embeds texts; loads the model if necessary. Throws OvErrors. */
export interface EmbedService {
  embed(model: CatalogModel, asker: Asker, ask: EmbedAsk): Promise<Embedded>;
}

/** `clock`: milliseconds, monotonic. */
export function createEmbedService({
  clock,
  ...deps
}: OperationDeps & { clock: () => number }): EmbedService {
  const run = createOperation(deps);
  return {
    async embed(model, asker, ask) {
      let startedAt = clock();
      const events = await run(model, asker, ({ model: loaded }, signal) => {
        startedAt = clock();
        return loaded.host.run("embed", toRequest(model.name, loaded, ask), signal);
      });
      const found = events.flatMap((event) => (event.type === "vectors" ? event.vectors : []));
      const vectors = new Array<string>(ask.inputs.length).fill("");
      for (const { input, vector } of found) vectors[input] = vector;
      if (vectors.includes("")) throw new OvError("engine_failed", "The engine left out a vector.");
      return { vectors, tokens: found.reduce((sum, { tokens }) => sum + tokens, 0), startedAt };
    },
  };
}

function toRequest(name: string, { host, embedding = null }: LoadedModel, ask: EmbedAsk): EmbedRequest {
  const size = host.ready.embedding_size ?? null;
  if (ask.dimensions !== null) checkDimensions(name, ask.dimensions, size, embedding?.dimensions ?? null);
  const prompt = findPrompt(name, embedding, ask.inputType);
  const most = host.ready.context_length;
  return {
    inputs: ask.inputs.map((input) => toInput(input, prompt, embedding?.lowerCase ?? false)),
    max_tokens: toCut(ask.maxTokens, most),
    dimensions: ask.dimensions === size ? null : ask.dimensions,
  };
}

/** A shortened vector has a meaning only if the model was trained for that. */
function checkDimensions(
  model: string,
  asked: number,
  size: number | null,
  trained: EmbeddingFacts["dimensions"],
): void {
  const refuse = (why: string): never => {
    const what = `Cannot make vectors of ${asked} numbers with model ${JSON.stringify(model)}`;
    throw new OvError("invalid_request", { what, why }, { param: "dimensions" });
  };
  if (asked === size) return;
  if (size !== null && asked > size) refuse(`its vectors have ${size}`);
  if (trained === null) {
    refuse(`its vectors have ${size}, and its files do not say that they may be cut (Matryoshka)`);
  }
  if (Array.isArray(trained) && !trained.includes(asked)) {
    refuse(`it was trained for ${trained.join(", ")}`);
  }
}

/** The names that clients use: Cohere's, Jina's and Voyage's. */
const synonyms: ReadonlyMap<string, readonly string[]> = new Map([
  ["query", ["query", "search_query"]],
  ["search_query", ["query", "search_query"]],
  ["document", ["document", "passage", "search_document"]],
  ["passage", ["passage", "document", "search_document"]],
  ["search_document", ["document", "passage", "search_document"]],
]);

/** The prompt before each text; empty: none. */
function findPrompt(model: string, facts: EmbeddingFacts | null, inputType: string | null): string {
  const { prompts = {}, defaultPrompt = null } = facts ?? {};
  if (inputType === null) return defaultPrompt ?? "";
  const names = [inputType, ...(synonyms.get(inputType) ?? [])];
  const name = names.find((one) => Object.hasOwn(prompts, one));
  if (name !== undefined) return prompts[name] ?? "";
  // A model without prompts treats all texts alike.
  if (synonyms.has(inputType)) return "";
  const known = [...new Set([...Object.keys(prompts), "query", "document"])].join(", ");
  const what = `Model ${JSON.stringify(model)} has no prompt for the "input_type" ${JSON.stringify(inputType)}`;
  throw new OvError("invalid_request", { what, why: `it knows ${known}` }, { param: "input_type" });
}

type Input = EmbedRequest["inputs"][number];

/** The input in the form for which the model was trained. */
function toInput(input: Input, prompt: string, lowerCase: boolean): Input {
  const whole = prompt === "" ? input : withPrompt(prompt, input);
  return lowerCase && typeof whole === "string" ? whole.toLowerCase() : whole;
}

function withPrompt(prompt: string, input: Input): string {
  if (typeof input === "string") return prompt + input;
  const what = "The model puts a prompt before each text, which cannot be put before token ids";
  throw new OvError("invalid_request", { what, next: "Send texts." }, { param: "input" });
}
