/**
 * Fill-in-the-middle: how families of code models mark the text before and after a gap. The vocabulary shows a model's
 * family, but not whether it was trained for this.
 */
export interface FimTokens {
  prefix: string;
  suffix: string;
  middle: string;
  /** The suffix comes first, as some families were trained. */
  suffixFirst?: boolean;
  /** Without `middle`: the gap follows the prefix at once. */
  endsWithPrefix?: boolean;
  /** Stands before the name of a file of the same project; null: the family has no such token. */
  file: string | null;
  /** Stands before the project's name, once, in front of its files. */
  repo: string | null;
  /** What such a model writes when the gap is filled, in addition to its end of text. */
  ends: readonly string[];
}

/** A gap in a text, and other files that help to fill it. */
export interface FimPrompt {
  prefix: string;
  suffix: string;
  /** The least important first: it is the first to be left out if the context is too short. */
  files: readonly FimFile[];
}

export interface FimFile {
  /** null: a piece of text without a name. */
  name: string | null;
  text: string;
}

/**
 * From the families' own papers, model cards and tokenizers: Qwen2.5-Coder (arXiv 2409.12186), CodeGemma, Granite 3.3, GLM 4.5;
 * StarCoder 2 (arXiv 2402.19173), Granite Code, Stable Code; SantaCoder; DeepSeek-Coder (arXiv 2401.14196); Seed-Coder; Code Llama
 * (arXiv 2308.12950); Codestral (mistral-common, `encode_fim`). In the order in which they are looked for.
 */
const families: readonly FimTokens[] = [
  {
    prefix: "<|fim_prefix|>",
    suffix: "<|fim_suffix|>",
    middle: "<|fim_middle|>",
    file: "<|file_sep|>",
    repo: "<|repo_name|>",
    ends: ["<|fim_pad|>", "<|file_sep|>", "<|repo_name|>", "<|file_separator|>", "<|endoftext|>"],
  },
  {
    prefix: "<fim_prefix>",
    suffix: "<fim_suffix>",
    middle: "<fim_middle>",
    file: "<file_sep>",
    repo: "<repo_name>",
    ends: ["<fim_pad>", "<file_sep>", "<repo_name>", "<|endoftext|>"],
  },
  {
    prefix: "<fim-prefix>",
    suffix: "<fim-suffix>",
    middle: "<fim-middle>",
    file: null,
    repo: null,
    ends: ["<fim-pad>", "<|endoftext|>"],
  },
  {
    prefix: "<｜fim▁begin｜>",
    suffix: "<｜fim▁hole｜>",
    middle: "<｜fim▁end｜>",
    file: null,
    repo: null,
    ends: [],
  },
  {
    prefix: "<|code_prefix|>",
    suffix: "<|code_suffix|>",
    middle: "<|code_middle|>",
    file: null,
    repo: null,
    ends: ["<|endoftext|>"],
  },
  {
    prefix: "<[fim-prefix]>",
    suffix: "<[fim-suffix]>",
    middle: "<[fim-middle]>",
    suffixFirst: true,
    file: null,
    repo: null,
    ends: ["<[end▁of▁sentence]>"],
  },
  {
    prefix: "▁<PRE>",
    suffix: "▁<SUF>",
    middle: "▁<MID>",
    file: null,
    repo: null,
    ends: [" <EOT>", "▁<EOT>", "<EOT>"],
  },
  {
    prefix: "[PREFIX]",
    suffix: "[SUFFIX]",
    middle: "[MIDDLE]",
    suffixFirst: true,
    endsWithPrefix: true,
    file: null,
    repo: null,
    ends: [],
  },
];

/** The tokens that a vocabulary has; null: none. `isToken`: whether this text is one token of it. */
export async function findFimTokens(
  isToken: (text: string) => boolean | Promise<boolean>,
): Promise<FimTokens | null> {
  const has = async (text: string | null) => text !== null && (await isToken(text));
  for (const family of families) {
    const { prefix, suffix, middle, file, repo } = family;
    if (!((await has(prefix)) && (await has(suffix)) && (await has(middle)))) continue;
    return { ...family, file: (await has(file)) ? file : null, repo: (await has(repo)) ? repo : null };
  }
  return null;
}

/** Most code has more characters per token: files are left out a little early rather than too late. */
const charsPerToken = 2.5;
/** For the project's and the file's names, which no request states; llama.cpp uses the same. */
const unnamed = { repo: "myproject", file: "filename", chunk: "tmp" };
/** Between files where there is no token for it; llama.cpp uses the same. */
const snippet = "\n\n--- snippet ---\n\n";

/**
 * The prompt that the family was trained with, up to where the gap is filled. `room`: the tokens that it may have, by which
 * files are left out, a rough count; prefix and suffix are always whole.
 */
export function renderFim({ prefix, suffix, files }: FimPrompt, tokens: FimTokens, room: number): string {
  const gap = renderGap(prefix, suffix, tokens);
  const kept = keepLast(files, room * charsPerToken - gap.length);
  if (kept.length === 0) return gap;
  return `${renderFiles(kept, tokens)}${gap}`;
}

function renderGap(before: string, after: string, tokens: FimTokens): string {
  // Code Llama's tokens were trained with a space on both sides (its model card).
  const space = tokens.prefix.startsWith("▁") ? " " : "";
  const prefix = `${tokens.prefix}${space}${before}`;
  const suffix = `${space}${tokens.suffix}${after}`;
  if (tokens.endsWithPrefix) return `${suffix}${prefix}`;
  const parts = tokens.suffixFirst ? `${suffix}${prefix}` : `${prefix}${suffix}`;
  return `${parts}${space}${tokens.middle}`;
}

function keepLast(files: readonly FimFile[], chars: number): FimFile[] {
  let left = chars;
  const kept = files.toReversed().filter(({ text }) => {
    left -= text.length;
    return left >= 0;
  });
  return kept.toReversed();
}

function renderFiles(files: readonly FimFile[], { file, repo }: FimTokens): string {
  if (file === null) return files.map(({ text }) => `${snippet}${text}`).join("");
  const project = repo === null ? "" : `${repo}${unnamed.repo}\n`;
  const each = files.map(({ name, text }) => `${file}${name ?? unnamed.chunk}\n${text}`);
  return `${project}${each.join("")}${file}${unnamed.file}\n`;
}
