"""Makes an encoder of random weights as a Hugging Face folder: a model of any shape that only its speed is asked of.

make_encoder.py LIKE OUT SHAPE: LIKE is a real model of BERT's architecture, for its tokenizer and its pooling; SHAPE is
BertConfig's keys as JSON. With `num_labels` it ranks, without them it embeds.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import torch
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification, BertModel

like, out, shape = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
torch.manual_seed(7)
tokenizer = AutoTokenizer.from_pretrained(like)
config = BertConfig(vocab_size=len(tokenizer), **shape)
architecture = BertForSequenceClassification if "num_labels" in shape else BertModel
architecture(config).save_pretrained(out)
tokenizer.save_pretrained(out)
if "num_labels" not in shape:
    for name in ("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"):
        shutil.copy(like / name, out / name)
    shutil.copytree(like / "1_Pooling", out / "1_Pooling", dirs_exist_ok=True)
