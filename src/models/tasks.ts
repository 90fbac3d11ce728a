/** What a loaded model can be asked for. */
export type Operation =
  | "generate"
  | "tokenize"
  | "detokenize"
  | "embed"
  | "rank"
  | "classify"
  | "transcribe"
  | "speak";

/** What a model does, by the name that optimum's exporter gives it (`optimum-cli export openvino --task`). */
export interface Task {
  /** Without `-with-past`, which only states how a model was exported. */
  name: string;
  /** What such a model makes, for sentences: `embeddings`. */
  makes: string;
  /** What such a model can be asked for, its main operation first; empty: ov-llm has no operation for it. */
  operations: readonly Operation[];
  /** Those that ov-llm serves today. */
  served: readonly Operation[];
}

/** Optimum 2.3, `TasksManager`; its synonyms are in `synonyms`. */
const tasks: readonly Task[] = [
  served("text-generation", "text", ["generate", "tokenize", "detokenize"]),
  served("image-text-to-text", "text from images and text", ["generate", "tokenize", "detokenize"]),
  served("feature-extraction", "embeddings", ["embed", "tokenize", "detokenize"]),
  // One with a single label ranks, any other one classifies: see `narrowOperations`.
  served("text-classification", "scores and labels", ["rank", "classify", "tokenize", "detokenize"]),
  // The hub's name for rerankers, of which some are language models (see `networksOf`); the exporter does not know it.
  served("text-ranking", "scores of how well texts answer a query", ["rank", "tokenize", "detokenize"]),
  served("automatic-speech-recognition", "text from speech", ["transcribe"]),
  task("text-to-audio", "speech", ["speak"]),
  task("text2text-generation", "text from text, by an encoder and a decoder"),
  task("fill-mask", "words for gaps"),
  task("question-answering", "answers that stand in a given text"),
  task("token-classification", "labels of words"),
  task("multiple-choice", "a choice of given answers"),
  task("image-to-text", "captions"),
  task("visual-question-answering", "answers about images"),
  task("document-question-answering", "answers about documents"),
  task("image-classification", "labels of images"),
  task("image-segmentation", "regions of images"),
  task("semantic-segmentation", "regions of images"),
  task("object-detection", "places of objects in images"),
  task("zero-shot-image-classification", "labels of images"),
  task("zero-shot-object-detection", "places of objects in images"),
  task("depth-estimation", "depths of images"),
  task("keypoint-detection", "key points of images"),
  task("mask-generation", "masks of images"),
  task("masked-im", "parts of images"),
  task("text-to-image", "images"),
  task("image-to-image", "images"),
  task("inpainting", "images"),
  task("text-to-video", "videos"),
  task("audio-classification", "labels of sounds"),
  task("audio-frame-classification", "labels of sounds"),
  task("audio-xvector", "embeddings of voices"),
  task("time-series-forecasting", "forecasts"),
  task("reinforcement-learning", "actions"),
];

const synonyms: ReadonlyMap<string, string> = new Map([
  ["causal-lm", "text-generation"],
  ["default", "feature-extraction"],
  ["sentence-similarity", "feature-extraction"],
  ["image-feature-extraction", "feature-extraction"],
  ["sequence-classification", "text-classification"],
  ["zero-shot-classification", "text-classification"],
  ["speech2seq-lm", "automatic-speech-recognition"],
  ["audio-ctc", "automatic-speech-recognition"],
  ["text-to-speech", "text-to-audio"],
  ["seq2seq-lm", "text2text-generation"],
  ["summarization", "text2text-generation"],
  ["translation", "text2text-generation"],
  ["masked-lm", "fill-mask"],
  ["vision2seq-lm", "image-to-text"],
]);

const pastSuffix = "-with-past";

/** Of a model whose files show no task. */
export const usualTask = "text-generation-with-past";

/** Of a model whose files do not state what it does. */
export const unknownTask = "unknown";

/**
 * The task of that name, with or without `-with-past`; null: a name that ov-llm does not know, which says nothing about
 * the model.
 */
export function findTask(name: string): Task | null {
  const plain = name.endsWith(pastSuffix) ? name.slice(0, -pastSuffix.length) : name;
  const wanted = synonyms.get(plain) ?? plain;
  return tasks.find((one) => one.name === wanted) ?? null;
}

/** The name without `-with-past` and synonyms; one that ov-llm does not know stays as it is. */
export function toTaskName(name: string): string {
  return findTask(name)?.name ?? name;
}

/** What a model of that task is loaded for; `generate` where the name says nothing or has no operation. */
export function mainOperation(name: string): Operation {
  return findTask(name)?.operations[0] ?? "generate";
}

/**
 * Those of a task's operations that a model with so many labels has: with one it ranks, with more it classifies. null: its
 * files do not state how many.
 */
export function narrowOperations(
  operations: readonly Operation[],
  labels: number | null,
): readonly Operation[] {
  if (labels === null || !operations.includes("classify")) return operations;
  return operations.filter((one) => one !== (labels === 1 ? "classify" : "rank"));
}

/** Whether ov-llm serves the operation to models of that task; without one: any. */
export function isServed(name: string, operation?: Operation): boolean {
  const served = findTask(name)?.served ?? [];
  return operation === undefined ? served.length > 0 : served.includes(operation);
}

/** Whether a model of that task sees images; null: ov-llm does not know the task. */
export function takesImages(name: string): boolean | null {
  const task = findTask(name);
  return task && task.name === "image-text-to-text";
}

/** Whether a model of that task takes text alone and writes text. */
export function writesFromText(name: string): boolean {
  return mainOperation(name) === "generate" && takesImages(name) !== true;
}

/** What a model of that task can be asked for here. A task that ov-llm does not know is taken for text, until its load. */
export function servedOperations(name: string): readonly Operation[] {
  return findTask(name)?.served ?? ["generate", "tokenize", "detokenize"];
}

/** Whether two names mean the same task; one that ov-llm does not know contradicts none. */
export function isSameTask(one: string, other: string): boolean {
  const [first, second] = [findTask(one), findTask(other)];
  return first === null || second === null || first === second;
}

/** The tasks, beside its own, that a model's networks may show where it is stated to do the named one. */
const networksOf: ReadonlyMap<string, readonly string[]> = new Map([
  ["text-ranking", ["text-generation", "text-classification"]],
]);

/** Whether a model that is stated to do one task may have networks that show the other. */
export function mayHaveNetworks(stated: string, shown: string): boolean {
  const others = networksOf.get(findTask(stated)?.name ?? "") ?? [];
  return isSameTask(stated, shown) || others.includes(findTask(shown)?.name ?? "");
}

/** The tasks, beside its own, of models that the exporter can export for the named one. */
const exportedFrom: ReadonlyMap<string, readonly string[]> = new Map([
  ["feature-extraction", ["text-generation", "fill-mask"]],
  ["text-ranking", ["text-generation", "text-classification"]],
]);

/** Whether a model of one task can be exported for the other. */
export function mayBeExported(own: string, wanted: string): boolean {
  const others = exportedFrom.get(findTask(wanted)?.name ?? "") ?? [];
  return isSameTask(own, wanted) || others.includes(findTask(own)?.name ?? "");
}

/**
 * Why a model of a task that is not served cannot be used, as a clause for `ErrorFacts.why`:
 * `the task "fill-mask" is not served yet; only text-generation, … and text-ranking are`.
 */
export function renderUnserved(name: string): string {
  const makes = findTask(name)?.makes;
  const what = makes === undefined ? "" : ` (${makes})`;
  const names = tasks.filter((one) => one.served.length > 0).map((one) => one.name);
  const list = `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  return `the task ${JSON.stringify(name)}${what} is not served yet; only ${list} are`;
}

function served(name: string, makes: string, operations: readonly Operation[]): Task {
  return { name, makes, operations, served: operations };
}

function task(name: string, makes: string, operations: readonly Operation[] = []): Task {
  return { name, makes, operations, served: [] };
}
