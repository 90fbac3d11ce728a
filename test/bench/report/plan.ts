/** What docs/performance.md shows, in its order. Each entry is a run of the bench of its own, of three minutes at most. */
export interface ReportEntry {
  title: string;
  /** Beside the figures. */
  text: string;
  argv: readonly string[];
}

export const reportPlan: Record<string, ReportEntry> = {
  load: {
    title: "Many requests at once",
    text: "Answers of 128 tokens, streamed. All in turns, each round with prompts of its own.",
    argv: ["--only", "load", "--rounds", "4", "--concurrency", "1,4,16", "--peer", "llama.cpp"],
  },
  "load-1b": {
    title: "A model of a billion weights",
    text: "The shape of Llama 3.2 1B in Q4_0 with random weights: its speed is that of a real one, its text is noise. Answers of 48 tokens.",
    argv: [
      ...["--only", "load", "--model", "random-1b", "--tokens", "48"],
      ...["--rounds", "3", "--concurrency", "1,4", "--peer", "llama.cpp"],
    ],
  },
  server: {
    title: "Prefixes, schemas and the start",
    text: "A prefix is a text of 2,000 tokens that is asked about twice.",
    argv: ["--only", "prefix,constrained,startup", "--rounds", "4", "--prefixes", "5"],
  },
  "first-token": {
    title: "The first token of an unloaded model",
    text: "From the request to the first token, load included. The raw engine starts its process, reads the same files and computes one token. The stages are the server's.",
    argv: ["--only", "first-token", "--model", "random-1b", "--rounds", "4"],
  },
  warm: {
    title: "Prompt beginnings after a load",
    text: "With `OV_WARM_PREFIXES` the beginning that the model's prompts had is computed again before the next request comes. Here 8,000 tokens.",
    argv: ["--only", "warm"],
  },
  speculation: {
    title: "Speculation",
    text: "The same model with prompt lookup and without, in turns: answers that repeat their conversation, and some that do not.",
    argv: ["--only", "speculation", "--rounds", "4"],
  },
  draft: {
    title: "Speculation with a draft",
    text: "A model of a billion weights and its own first layers, which agree with it most of the time: what a good draft gives. Its weights are random.",
    argv: ["--only", "draft", "--rounds", "3"],
  },
  share: {
    title: "The daemon's share",
    text: "CPU time beside the engine's own, while many short answers of 32 tokens run at once, so that it holds the cost of requests too. Python's is the difference between two processes that compute the same, and smaller than their noise.",
    argv: ["--only", "share", "--rounds", "2"],
  },
  embed: {
    title: "Embeddings",
    text: "Texts of about 30 tokens; the raw pipeline gets those of all requests at once in one call. MiniLM is a real model in float32; the others have random weights in int8 and the shapes of bge-small and bge-base. A request has a cost of its own, which counts the less the larger the model is.",
    argv: ["--only", "embed", "--rounds", "3"],
  },
  rank: {
    title: "Reranking",
    text: "A query with 16 documents of about 60 tokens. Random weights in int8, the shapes of bge-small and bge-base.",
    argv: ["--only", "rank", "--rounds", "3"],
  },
  vision: {
    title: "Pictures",
    text: "Each picture is another one of 320 x 240 pixels, decoded, encoded and asked about; one token is written. Random weights in int8: a tiny model, whose pictures cost the raw engine next to nothing, and one of the size of SmolVLM 256M.",
    argv: ["--only", "vision", "--rounds", "3"],
  },
  speech: {
    title: "Speech",
    text: "A recording of 11 s, decoded and transcribed by Whisper base. The pipeline takes one at a time.",
    argv: ["--only", "speech", "--rounds", "3"],
  },
  registry: {
    title: "A registry of 1,000 models",
    text: "A request checks the registry's file, and looks its own model up.",
    argv: ["--only", "registry"],
  },
  connections: {
    title: "2,000 idle connections",
    text: "Clients that keep their connections open and ask nothing.",
    argv: ["--only", "connections"],
  },
  conversation: {
    title: "A long conversation",
    text: "Each turn sends the whole conversation again, as clients do. The model has random weights and the shape of SmolLM2 135M. What grows is mostly the engine's attention to the cached tokens; what the server does with a prompt of that length takes less than 30 ms (see long prompts).",
    argv: ["--only", "conversation"],
  },
  "long-prompts": {
    title: "Long prompts",
    text: "A prompt that nobody has sent is computed; its text with another question is found in the prefix cache. A model of random weights with 4 layers of width 256, so that what grows is attention, tokenizing and the server's own part.",
    argv: ["--only", "long-prompts"],
  },
  "full-cache": {
    title: "A full KV cache",
    text: "Streams whose tokens do not fit into the KV cache together: the engine sets some aside and computes them again.",
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
