"""Gives a model a vocabulary with other special tokens: make_fim_models.py MODEL JSON

JSON is `{folder: {old token: new token}}`. Each folder gets MODEL, an OpenVINO folder with tokenizer.json, and a tokenizer
in which the old tokens have new names; it puts the begin-of-text token before a text of its own, which MODEL's does not.
"""

import json
import shutil
import sys
from pathlib import Path

import openvino as ov
from openvino_tokenizers import convert_tokenizer
from transformers import PreTrainedTokenizerFast

source = Path(sys.argv[1])
for folder, names in json.loads(sys.argv[2]).items():
    target = Path(folder)
    shutil.copytree(source, target)
    tokenizer = json.loads((source / "tokenizer.json").read_text())
    config = json.loads((source / "tokenizer_config.json").read_text())
    start = config["bos_token"]
    vocabulary = tokenizer["model"]["vocab"]
    for added in tokenizer["added_tokens"]:
        name = names.get(added["content"], added["content"])
        vocabulary[name] = vocabulary.pop(added["content"])
        added["content"] = name
    tokenizer["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": start, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {start: {"id": start, "ids": [vocabulary[start]], "tokens": [start]}},
    }
    (target / "tokenizer.json").write_text(json.dumps(tokenizer))
    special = {name: config[name] for name in ("bos_token", "eos_token", "unk_token", "pad_token")}
    loaded = PreTrainedTokenizerFast(tokenizer_file=str(target / "tokenizer.json"), **special)
    encoder, decoder = convert_tokenizer(loaded, with_detokenizer=True)
    ov.save_model(encoder, target / "openvino_tokenizer.xml")
    ov.save_model(decoder, target / "openvino_detokenizer.xml")
