// Stands in for openvino-genai-node (2026.4.0): the parts of types/*.d.ts that the native host uses, and what the
// binding's sources (src/js/src) and trials showed it to do: a second generation throws and clears the guard, so a third
// corrupts the first; unknown keys are ignored; stop_strings must be a Set; string prompts get special tokens when no
// template is applied; the tokenizer cuts silently; nothing ends a prompt's computation; pieces of text pile up.
// A file `behaviour` in the model's folder says how else it shall go.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { addon as openvino } from "openvino-node";

if (typeof openvino.getOpenvinoVersion !== "function") throw new Error("no openvino addon");
const packageFile = join(dirname(fileURLToPath(import.meta.url)), "../package.json");
const { standIn = {} } = JSON.parse(readFileSync(packageFile, "utf8"));
// As a library of another release does.
if (standIn.crashes) process.abort();

const maxTokens = 8192;
const naturalTokens = 8;
const bos = "<|im_start|>";
const eos = "<|im_end|>";
const template =
  "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}" +
  "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

const vocabulary = new Map([
  [bos, 1n],
  [eos, 2n],
]);
const pieces = ["", bos, eos];
/** Ids that no text has had yet are tokens, too. */
const vocabularySize = 30_000;
const toPiece = (id) => pieces[Number(id)] ?? (id >= 0 && id < vocabularySize ? `(unused ${id})` : "");
const toId = (piece) => {
  const [, unused] = /^\(unused (\d+)\)$/.exec(piece) ?? [];
  if (unused !== undefined) return BigInt(unused);
  if (!vocabulary.has(piece)) vocabulary.set(piece, BigInt(pieces.push(piece) - 1));
  return vocabulary.get(piece);
};
const toPieces = (text) => text.match(/\(unused \d+\)|<\|[^|]*\|>|\s?[^\s<]+|\s|</g) ?? [];

function createTokenizer() {
  let current = template;
  return {
    encode(prompt, { add_special_tokens = true } = {}) {
      const ids = [...(add_special_tokens ? [1n] : []), ...toPieces(prompt).map(toId)].slice(0, maxTokens);
      return {
        input_ids: { getShape: () => [1, ids.length], getData: () => BigInt64Array.from(ids) },
      };
    },
    // An id that is no token decodes to nothing (openvino_tokenizers, VocabDecoder).
    decode(tokens, { skip_special_tokens = true } = {}) {
      if (Array.isArray(tokens[0])) return tokens.map((ids) => this.decode(ids, { skip_special_tokens }));
      const isKept = (piece) => !(skip_special_tokens && piece.startsWith("<|"));
      return tokens.map(toPiece).filter(isKept).join("");
    },
    applyChatTemplate(history, addGenerationPrompt) {
      if (typeof addGenerationPrompt !== "boolean") throw new Error("addGenerationPrompt must be a boolean");
      if (current === "{{ messages[0]['content'] }}") return history[0].content;
      const turns = history.map(({ role, content }) => `${bos}${role}\n${content}${eos}\n`);
      return `${turns.join("")}${addGenerationPrompt ? `${bos}assistant\n` : ""}`;
    },
    getBosToken: () => bos,
    getEosToken: () => eos,
    getOriginalChatTemplate: () => template,
    setChatTemplate(next) {
      if (!standIn.keepsTemplate) current = next;
    },
  };
}

/** The text of a grammar's shortest sentence, as far as tests use grammars. */
function toSentence(tag) {
  switch (tag.structuralTagType) {
    case "EBNF":
      return /"([^"]*)"/.exec(tag.value)[1];
    case "Regex":
      return "abc";
    case "ConstString":
      return tag.value;
    case "Concat":
      return tag.elements.map(toSentence).join("");
    case "Union":
      return toSentence(tag.elements[0]);
    case "Tag":
      return `${tag.begin}${toSentence(tag.content)}${tag.end}`;
    case "TriggeredTags":
    case "TagsWithSeparator":
      if (typeof tag.atLeastOne !== "boolean") throw new Error("'atLeastOne' must be a boolean");
      return toSentence(tag.tags[0]);
    default:
      throw new Error(`Unknown StructuralTag type: ${tag.structuralTagType}`);
  }
}

const words = [
  "the",
  "red",
  "fox",
  "über",
  "jumps",
  "日本語",
  "over",
  "one",
  "lazy",
  "dog",
  "and",
  "sleeps",
  "🦊",
];

function toAnswer(prompt, config) {
  const held = config.structured_output_config?.structural_tags_config;
  if (held !== undefined) return { pieces: toPieces(toSentence(held)), ends: true };
  const length = config.ignore_eos ? Number.POSITIVE_INFINITY : naturalTokens;
  let state = (config.do_sample ? config.rng_seed * 7919 : prompt.length) % 2147483647;
  const pieces = [];
  for (let index = 0; index < Math.min(length, config.max_new_tokens); index++) {
    state = (state * 48271 + 11) % 2147483647;
    pieces.push(`${index === 0 ? "" : " "}${words[state % words.length]}`);
  }
  return { pieces, ends: !config.ignore_eos };
}

/** A small model's time for a token; `slow-pinned`: with other programs on the cores that its threads are pinned to. */
function toTokenMs(behaviour, { ENABLE_CPU_PINNING: isPinned = true }) {
  return behaviour === "slow-pinned" && isPinned ? 10 : 1;
}

function createPipeline(behaviour, folder, properties) {
  const tokenMs = toTokenMs(behaviour, properties);
  const tokenizer = createTokenizer();
  let isGenerating = false;
  let calls = 0;
  let running = 0;

  async function generate(prompt, config = {}, streamer) {
    if (isGenerating) {
      isGenerating = false;
      throw new Error("Another generation is already in progress");
    }
    isGenerating = true;
    running += 1;
    calls += 1;
    try {
      if (config.stop_strings !== undefined && !(config.stop_strings instanceof Set))
        throw new Error("Bad cast from: std::vector<std::string> to: std::set<std::string>");
      if (!(config.max_new_tokens > 0))
        throw new Error("a.cpp:323:\n'max_new_tokens' must be greater than 0\n");
      return await answer(prompt, config, streamer);
    } finally {
      running -= 1;
      isGenerating = false;
    }
  }

  async function answer(prompt, config, streamer) {
    const text =
      config.apply_chat_template === false
        ? bos + prompt
        : tokenizer.applyChatTemplate([{ role: "user", content: prompt }], true);
    const inputTokens = tokenizer.encode(text, { add_special_tokens: false }).input_ids.getShape()[1];
    // The first call is the host's own trial.
    if (calls > 1 && behaviour === "crashes-answering") process.abort();
    if (calls > 1 && behaviour === "fails-answering") throw new Error("check failed\nThe sky fell down.\n");
    if (calls > 1 && behaviour === "hangs-in-prompt") {
      writeFileSync(join(folder, "prefill"), "");
      while (!existsSync(join(folder, "go-on"))) await Bun.sleep(5);
    }
    const { pieces, ends } = toAnswer(text, config);
    let sent = "";
    let waiting = "";
    let generated = 0;
    let status = 0;
    for (const piece of pieces.slice(0, config.max_new_tokens)) {
      await Bun.sleep(tokenMs);
      generated += 1;
      waiting += running > 1 ? "CORRUPTED" : piece;
      // The engine's streamer holds the last token back, and gives it away together with the one before.
      if (generated === pieces.length - 1 || generated === config.max_new_tokens - 1) continue;
      status = streamer?.(waiting) ?? 0;
      sent += waiting;
      waiting = "";
      if (status !== 0) break;
    }
    if (status === 0 && waiting !== "") streamer?.(waiting);
    const isStopped = status === 0 && ends && generated < config.max_new_tokens;
    if (isStopped) generated += 1;
    const reason = status !== 0 ? 0 : isStopped ? 1 : 2;
    return {
      texts: [sent + waiting],
      scores: [0],
      perfMetrics: { getNumInputTokens: () => inputTokens, getNumGeneratedTokens: () => generated },
      parsed: [],
      finishReasons: behaviour === "no-reasons" ? [] : [reason],
    };
  }

  return { generate, getTokenizer: () => tokenizer };
}

export async function LLMPipeline(path, device, properties = {}) {
  if (typeof device !== "string") throw new Error("The second argument must be a device string.");
  const file = join(path, "behaviour");
  const behaviour = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  if ("schedulerConfig" in properties) throw new Error("schedulerConfig turns the prefix cache off");
  if (existsSync(path) && statSync(path).isDirectory())
    writeFileSync(join(path, "properties.json"), JSON.stringify({ device, properties }));
  if (behaviour === "crashes-loading") process.abort();
  if (behaviour === "fails-loading")
    throw new Error("Exception from core.cpp:100:\nThe weights are upside down.\n\n");
  if (behaviour === "hangs-loading") await new Promise(() => setInterval(() => {}, 1000));
  return createPipeline(behaviour, path, properties);
}
