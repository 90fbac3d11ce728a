import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { convertEnv, encodersPath, hfModelPath, speechPath } from "../../helpers/environment.ts";
import { benchDir } from "./python-env.ts";
import { makeWhole } from "./random-model.ts";

export const kinds = ["embed", "rank", "speech", "vision"] as const;
export type Kind = (typeof kinds)[number];

/** A model of another kind than text. */
export interface KindModel {
  kind: Kind;
  /** As the registry and the figures call it. */
  name: string;
  path: string;
}

export const taskOf: Readonly<Record<Kind, string>> = {
  embed: "feature-extraction",
  rank: "text-classification",
  speech: "automatic-speech-recognition",
  vision: "image-text-to-text",
};

const bert = { num_hidden_layers: 12, num_attention_heads: 12 };
/** BertConfig's keys. */
const small = { ...bert, hidden_size: 384, intermediate_size: 1536 };
const base = { ...bert, hidden_size: 768, intermediate_size: 3072 };
const large = {
  num_hidden_layers: 24,
  num_attention_heads: 16,
  hidden_size: 1024,
  intermediate_size: 4096,
};
/** CLIPVisionConfig's keys: CLIP's base model, which makes 196 tokens of a picture. */
const clip = {
  ...{ hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, num_attention_heads: 12 },
  ...{ image_size: 224, patch_size: 16, projection_dim: 512 },
};
/** LlamaConfig's keys: as SmolLM2 135M. */
const smol = {
  ...{ hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, num_attention_heads: 9 },
  ...{ num_key_value_heads: 3, max_position_embeddings: 8192 },
};

interface Made {
  /** From this folder. */
  script: string;
  /** A real model, for the tokenizer. */
  like: () => string;
  /** Absent: the script's own. */
  shape?: object;
}

const encoder = (shape: object): Made => ({
  script: "../python/make_encoder.py",
  like: () => join(encodersPath(), "hf", "minilm"),
  shape,
});
const seeing = (shape?: object): Made => ({
  script: "../../helpers/make_vision_model.py",
  like: hfModelPath,
  ...(shape && { shape }),
});

/** By what `npm test` prepares, and by what is made of random weights: their speed is that of real ones of that shape. */
const models: Readonly<Record<Kind, Readonly<Record<string, Made | (() => string)>>>> = {
  embed: {
    "MiniLM-22M": () => join(encodersPath(), "minilm"),
    // As bge-small and e5-small.
    "bert-33M": encoder(small),
    // As bge-base and e5-base.
    "bert-110M": encoder(base),
    // As bge-large, mxbai-embed-large and e5-large.
    "bert-335M": encoder(large),
  },
  rank: {
    "cross-33M": encoder({ ...small, num_labels: 1 }),
    "cross-110M": encoder({ ...base, num_labels: 1 }),
  },
  speech: { "whisper-base": () => join(speechPath(), "whisper-base") },
  vision: {
    "llava-tiny": seeing(),
    // The size of SmolVLM 256M.
    "llava-230M": seeing({ vision: clip, text: smol }),
  },
};

/** The models of a kind, made in int8 where they are absent. Throws what names how to prepare them. */
export async function prepareKindModels(kind: Kind, say: (line: string) => void): Promise<KindModel[]> {
  const found: KindModel[] = [];
  for (const [name, of] of Object.entries(models[kind])) {
    const path = typeof of === "function" ? of() : await make(kind, name, of, say);
    found.push({ kind, name, path });
  }
  return found;
}

async function make(kind: Kind, name: string, made: Made, say: (line: string) => void): Promise<string> {
  const path = join(benchDir(), "models", name);
  if (existsSync(path)) return path;
  say(`Making the model ${name}`);
  const python = join(convertEnv(), "bin/python");
  const source = `${path}.source`;
  mkdirSync(source, { recursive: true });
  try {
    const shape = made.shape === undefined ? [] : [JSON.stringify(made.shape)];
    await run([python, join(import.meta.dir, made.script), made.like(), source, ...shape]);
    return await makeWhole(path, async (partial) => {
      await run([
        ...[python, "-I", "-m", "optimum.commands.optimum_cli", "export", "openvino", "--model", source],
        ...["--task", taskOf[kind], "--library", "transformers", "--weight-format", "int8", partial],
      ]);
      for (const file of leftOut.filter((file) => existsSync(join(source, file))))
        cpSync(join(source, file), join(partial, file), { recursive: true });
    });
  } finally {
    rmSync(source, { recursive: true, force: true });
  }
}

/** What the exporter leaves out and the server or the engine reads. */
const leftOut = ["preprocessor_config.json", "modules.json", "1_Pooling"];

async function run(argv: string[]): Promise<void> {
  const env = { PATH: process.env.PATH, HF_HUB_OFFLINE: "1", PYTHONDONTWRITEBYTECODE: "1" };
  const child = Bun.spawn(argv, { env, stdio: ["ignore", "ignore", "pipe"] });
  const [said, code] = await Promise.all([child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(`${basename(argv[1] ?? "")} … ended with ${code}:\n${said}`);
}
