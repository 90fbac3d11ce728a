import type { Pool } from "../engine/pool/pool.ts";
import type { ModelStatus } from "../engine/pool/status.ts";
import type { ModelFacts } from "../models/facts.ts";
import {
  mainOperation,
  narrowOperations,
  type Operation,
  servedOperations,
  takesImages,
} from "../models/tasks.ts";
import { listOtherNames } from "../registry/schema.ts";
import type { CatalogModel } from "./catalog.ts";
import type { Rates } from "./rates.ts";
import type { ReadThinking } from "./thinking.ts";

/** What a model can do here, in Ollama's words. */
export type Capability = "completion" | "tools" | "thinking" | "embedding" | "vision";

/** A model as seen from outside: its entry, its files, and its present state. */
export interface ModelView extends CatalogModel {
  /** All names that requests may use for it, its own first. */
  names: readonly string[];
  facts: ModelFacts;
  /** Undefined: it is not loaded. */
  status: ModelStatus | undefined;
  /** Tokens per second of its last work, all requests together; null: it has generated none since its load. */
  tokensPerSecond: number | null;
  /** The operations that it offers here. */
  operations: readonly Operation[];
  /** Its task, whether that is served or not. */
  purpose: Operation;
  /** Any model that writes text can call tools, even one that was not trained to. */
  capabilities: readonly Capability[];
  /** In tokens: that of its process, or what its entry or files state; null: they state none. */
  contextLength: number | null;
  /** Jinja; empty: it has none, or only its tokenizer does, which is not loaded. */
  chatTemplate: string;
}

export interface ModelViewDeps {
  pool: Pick<Pool, "status">;
  rates: Pick<Rates, "read">;
  facts: (path: string) => Promise<ModelFacts>;
  readThinking: ReadThinking;
}

export function createModelView({ pool, rates, facts: readFacts, readThinking }: ModelViewDeps) {
  return async ({ name, entry }: CatalogModel): Promise<ModelView> => {
    const facts = await readFacts(entry.path);
    const status = pool.status().get(name);
    const chatTemplate = status?.model?.host.ready.chat_template ?? facts.description?.chatTemplate ?? "";
    const operations = narrowOperations(servedOperations(entry.task), facts.description?.labels ?? null);
    const mayThink = operations.includes("generate") && (await readThinking(chatTemplate));
    return {
      name,
      names: [name, ...listOtherNames(entry)],
      entry,
      facts,
      status,
      tokensPerSecond: status?.model ? rates.read(status.model) : null,
      operations,
      purpose: operations[0] ?? mainOperation(entry.task),
      capabilities: [
        ...toCapabilities(operations, mayThink),
        ...(takesImages(entry.task) === true ? (["vision"] as const) : []),
      ],
      contextLength: status?.contextLength ?? entry.context_length ?? facts.contextLength,
      chatTemplate,
    };
  };
}

function toCapabilities(operations: readonly Operation[], mayThink: boolean): Capability[] {
  return [
    ...(operations.includes("generate") ? (["completion", "tools"] as const) : []),
    ...(mayThink ? (["thinking"] as const) : []),
    ...(operations.includes("embed") ? (["embedding"] as const) : []),
  ];
}
