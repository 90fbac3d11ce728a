import { type Static, Type } from "@sinclair/typebox";
import { novel } from "../../library/novel.ts";
import { Quality } from "../../models/manifest.ts";
import { toPython } from "../../python/probe.ts";
import { endWithParent } from "../environment/python-env.ts";

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
  return [toPython(pythonEnv), "-I", "-c", script, packages ?? "", source, target, ...flags, novel];
}

// Each token is foreseen from the true ones before it, so that one difference does not make all that follows another text. One
// model is in memory at a time.
const script = `${endWithParent}
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
