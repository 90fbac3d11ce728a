import { readdirSync } from "node:fs";
import { findMissingTokenizers } from "../../models/problems.ts";
import { toPython } from "../../python/probe.ts";
import { endWithParent } from "./python-env.ts";

// Written beside their final names, and renamed with the weights first: a kill leaves no half of one.
const script = `${endWithParent}
import sys
from pathlib import Path
from openvino import save_model
from openvino_tokenizers import convert_tokenizer
from transformers import AutoTokenizer
source, target, trusted = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=trusted == "yes")
made = convert_tokenizer(tokenizer, with_detokenizer=True)
for name, model in zip(("openvino_tokenizer", "openvino_detokenizer"), made):
    final = Path(target) / name
    if final.with_suffix(".xml").exists():
        continue
    partial = Path(target) / f".{name}"
    save_model(model, partial.with_suffix(".xml"))
    for suffix in (".bin", ".xml"):
        partial.with_suffix(suffix).rename(final.with_suffix(suffix))
`;

/** argv that gives `target` the tokenizer and detokenizer that it lacks, made of the tokenizer files of `source`. */
export function toTokenizerCommand(
  pythonEnv: string,
  { source, target, trustRemoteCode }: { source: string; target: string; trustRemoteCode: boolean },
): string[] {
  return [toPython(pythonEnv), "-I", "-c", script, source, target, trustRemoteCode ? "yes" : "no"];
}

/** Whether models of that task need a tokenizer or detokenizer that the folder lacks. */
export function lacksTokenizer(folder: string, task: string): boolean {
  return findMissingTokenizers(new Set(readdirSync(folder)), task).length > 0;
}
