import type { KindModel } from "./models/kind-models.ts";

/** An OpenAI-compatible server that runs already. */
export interface Peer {
  name: string;
  url: URL;
  model: string;
  /** Absent: it runs elsewhere, or nobody knows. */
  pid?: number;
}

/** What is measured, with what, and how often. */
export interface BenchOptions {
  concurrency: number[];
  rounds: number;
  /** Starts of all processes for the parts on load and on speculation, each with all rounds. */
  processes: number;
  /** How often the part on prefixes and the one on the start are repeated. */
  prefixes: number;
  starts: number;
  idleSeconds: number;
  /** The same for the raw engine and the server. */
  kvCacheGb: number;
  device: string;
  modelPath: string;
  /** New tokens of each answer of the part on load. */
  tokens: number;
  /** For the parts on other kinds of model. */
  kinds: readonly KindModel[];
  runtimeDir: string;
  peers: Peer[];
}
