import { type Static, Type } from "@sinclair/typebox";
import { Quality } from "../models/manifest.ts";
import { toPython } from "../python/probe.ts";

export interface Compared {
  /** The Hugging Face folder. */
  source: string;
  /** The converted folder. */
  target: string;
  trustRemoteCode: boolean;
  /** The original computes in 32 bits, which takes twice its memory; else in the format of its weights. */
  inFloat32: boolean;
}

/** What the script prints on its last line. */
export const Printed = Type.Omit(Quality, ["tokens_per_second"]);
export type Printed = Static<typeof Printed>;

/** argv. `packages`: a folder that replaces packages of the environment; null: none does. */
export function toQualityCommand(
  pythonEnv: string,
  { source, target, trustRemoteCode, inFloat32 }: Compared,
  packages: string | null,
): string[] {
  const flags = [trustRemoteCode ? "yes" : "no", inFloat32 ? "float32" : "auto"];
  return [toPython(pythonEnv), "-I", "-c", script, packages ?? "", source, target, ...flags, text];
}

// Each token is foreseen from the true ones before it, so that one difference does not make all that follows another text. One
// model is in memory at a time.
const script = `
import gc, json, math, sys
packages, source, target, trusted, dtype, text = sys.argv[1:]
if packages:
    sys.path.insert(0, packages)
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from optimum.intel import OVModelForCausalLM
trust = trusted == "yes"
tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=trust)
ids = tokenizer(text, return_tensors="pt").input_ids[:, :512]

def foresee(model):
    with torch.no_grad():
        logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0, :-1].float()
    loss = torch.nn.functional.cross_entropy(logits, ids[0, 1:])
    return logits.argmax(-1), math.exp(min(float(loss), 700.0))

original = AutoModelForCausalLM.from_pretrained(source, trust_remote_code=trust, torch_dtype=dtype)
likeliest, original_perplexity = foresee(original)
del original
gc.collect()
converted = OVModelForCausalLM.from_pretrained(target, trust_remote_code=trust, device="CPU", use_cache=True)
found, perplexity = foresee(converted)
print("\\n" + json.dumps({
    "tokens": len(likeliest),
    "agreement": round(float((likeliest == found).float().mean()), 4),
    "perplexity": round(perplexity, 3),
    "original_perplexity": round(original_perplexity, 3),
}))
`;

/** Lewis Carroll, "Alice's Adventures in Wonderland" (1865), chapter I; in the public domain. */
const text = [
  "Alice was beginning to get very tired of sitting by her sister on the bank, and of having nothing to do: once or twice she had peeped into the book her sister was reading, but it had no pictures or conversations in it, “and what is the use of a book,” thought Alice “without pictures or conversations?”",
  "So she was considering in her own mind (as well as she could, for the hot day made her feel very sleepy and stupid), whether the pleasure of making a daisy-chain would be worth the trouble of getting up and picking the daisies, when suddenly a White Rabbit with pink eyes ran close by her.",
  "There was nothing so very remarkable in that; nor did Alice think it so very much out of the way to hear the Rabbit say to itself, “Oh dear! Oh dear! I shall be late!” (when she thought it over afterwards, it occurred to her that she ought to have wondered at this, but at the time it all seemed quite natural); but when the Rabbit actually took a watch out of its waistcoat-pocket, and looked at it, and then hurried on, Alice started to her feet, for it flashed across her mind that she had never before seen a rabbit with either a waistcoat-pocket, or a watch to take out of it, and burning with curiosity, she ran across the field after it, and fortunately was just in time to see it pop down a large rabbit-hole under the hedge.",
  "In another moment down went Alice after it, never once considering how in the world she was to get out again.",
  "The rabbit-hole went straight on like a tunnel for some way, and then dipped suddenly down, so suddenly that Alice had not a moment to think about stopping herself before she found herself falling down a very deep well.",
  "Either the well was very deep, or she fell very slowly, for she had plenty of time as she went down to look about her and to wonder what was going to happen next. First, she tried to look down and make out what she was coming to, but it was too dark to see anything; then she looked at the sides of the well, and noticed that they were filled with cupboards and book-shelves; here and there she saw maps and pictures hung upon pegs.",
].join("\n\n");
