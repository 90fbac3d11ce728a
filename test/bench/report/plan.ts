/** What docs/performance.md shows, in its order. Each entry is a run of the bench of its own, of some minutes. */
export interface ReportEntry {
  title: string;
  /** Beside the figures. */
  text: string;
  argv: readonly string[];
}

export const reportPlan: Record<string, ReportEntry> = {
  load: {
    title: "Many requests at once",
    text: "Streamed answers of 128 tokens. All three alternate; each round has its own prompts. They are started three times, because processes that compute the same differ by some percent.",
    argv: [
      ...["--only", "load", "--processes", "3", "--rounds", "3"],
      ...["--concurrency", "1,4,16", "--peer", "llama.cpp"],
    ],
  },
  "load-1b": {
    title: "A model of a billion parameters",
    text: "The shape of Llama 3.2 1B in Q4_0 with random weights: its speed is that of the real model, its text is noise. Answers of 48 tokens.",
    argv: [
      ...["--only", "load", "--model", "random-1b", "--tokens", "48"],
      ...["--processes", "2", "--rounds", "3", "--concurrency", "1,4", "--peer", "llama.cpp"],
    ],
  },
  server: {
    title: "Prefixes, schemas and startup",
    text: "The prefix is a text of 2,000 tokens; two questions about it follow each other.",
    argv: ["--only", "prefix,constrained,startup", "--rounds", "4", "--prefixes", "5"],
  },
  "first-token": {
    title: "The first token of an unloaded model",
    text: "From the request to the first token, including the load. The raw engine starts its process, reads the same files and computes one token. The stages are the server's.",
    argv: ["--only", "first-token", "--model", "random-1b", "--rounds", "4"],
  },
  warm: {
    title: "Prompt prefixes after a load",
    text: "With `OV_WARM_PREFIXES`, the prefix that a model's prompts share is computed again before the next request. Here it has 8,000 tokens.",
    argv: ["--only", "warm"],
  },
  speculation: {
    title: "Speculation",
    text: "The same model with and without prompt lookup, alternating: answers that repeat their conversation, and some that do not.",
    argv: ["--only", "speculation", "--processes", "4", "--rounds", "4"],
  },
  draft: {
    title: "Speculation with a draft",
    text: "A model of a billion random weights, with its own first layers as the draft. They agree with it most of the time, as a good draft would.",
    argv: ["--only", "draft", "--rounds", "3"],
  },
  share: {
    title: "The daemon's share",
    text: "CPU time in addition to the engine's own, while many answers run at once. They are short (32 tokens), so that the cost of requests counts too. Python's share is the difference between two processes that compute the same, and smaller than their noise.",
    argv: ["--only", "share", "--rounds", "2"],
  },
  embed: {
    title: "Embeddings",
    text: "Texts of about 30 tokens; the raw pipeline gets the texts of all requests in one call. MiniLM is a real model in float32; the others have random weights in int8 and the shapes of bge-small, bge-base and bge-large. Each request has a fixed cost, which matters less with a larger model.",
    argv: ["--only", "embed", "--rounds", "3"],
  },
  rank: {
    title: "Reranking",
    text: "A query with 16 documents of about 60 tokens. The models have random weights in int8 and the shapes of bge-small and bge-base.",
    argv: ["--only", "rank", "--rounds", "3"],
  },
  vision: {
    title: "Pictures",
    text: "Each request has a different picture of 320 x 240 pixels, and one token is generated. The models have random weights in int8: a tiny one, whose pictures cost the raw engine next to nothing, and one of the size of SmolVLM 256M.",
    argv: ["--only", "vision", "--rounds", "3"],
  },
  speech: {
    title: "Speech",
    text: "A recording of 11 s, decoded and transcribed by Whisper base. The pipeline takes one at a time.",
    argv: ["--only", "speech", "--rounds", "3"],
  },
  registry: {
    title: "A registry of 1,000 models",
    text: "Each request checks the registry's file and looks up its own model.",
    argv: ["--only", "registry"],
  },
  connections: {
    title: "2,000 idle connections",
    text: "The clients keep their connections open and send nothing.",
    argv: ["--only", "connections"],
  },
  conversation: {
    title: "A long conversation",
    text: "Each turn sends the whole conversation again, as clients do. The model has random weights and the shape of SmolLM2 135M. The raw engine gets the last turns of the same conversation: the growth is mostly its attention to the cached tokens.",
    argv: ["--only", "conversation"],
  },
  "long-prompts": {
    title: "Long prompts",
    text: "A new prompt is computed; the same text with another question comes from the prefix cache. The model has random weights and only 4 layers of width 256, which makes attention, tokenizing and the server's own part visible.",
    argv: ["--only", "long-prompts"],
  },
  "full-cache": {
    title: "A full KV cache",
    text: "Together, the streams need more tokens than the KV cache holds: the engine preempts some and computes them again.",
    argv: ["--only", "full-cache"],
  },
};

/** The names of the entries that are asked for; throws what a user should read. */
export function chooseEntries(only: string | undefined): string[] {
  const known = Object.keys(reportPlan);
  const asked = only?.split(",") ?? known;
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown === undefined) return asked;
  throw new Error(`--report knows ${known.join(", ")}, but not ${JSON.stringify(unknown)}.`);
}
