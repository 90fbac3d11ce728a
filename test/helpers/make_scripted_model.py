"""Makes an OpenVINO folder that writes what it is told: make_scripted_model.py HF_FOLDER FOLDER [POSITIONS]

A tiny random Llama with the tokenizer of HF_FOLDER. Its head is replaced: the token after position p is SCRIPT[p], a
constant of the model that a test overwrites in openvino_model.bin. The layer stays, so that the engine pages its
attention as in any model; what it computes counts for nothing.
"""

import sys
from pathlib import Path

import numpy as np
import openvino as ov
import torch
from openvino import opset13 as op
from openvino_tokenizers import convert_tokenizer
from optimum.exporters.openvino import main_export
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

POSITIONS = int(sys.argv[3]) if len(sys.argv) > 3 else 8192
# Random signs: a token's own code scores CODE_SIZE, any other one half of that at most.
CODE_SIZE = 96

source, target = Path(sys.argv[1]), Path(sys.argv[2])
tokenizer = AutoTokenizer.from_pretrained(source)
vocabulary = len(tokenizer)
torch.manual_seed(0)
raw = target.with_name(f"{target.name}.hf")
LlamaForCausalLM(
    LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=POSITIONS,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=True,
    )
).save_pretrained(raw)
tokenizer.save_pretrained(raw)
main_export(str(raw), output=target, task="text-generation-with-past", library_name="transformers")
encoder, decoder = convert_tokenizer(tokenizer, with_detokenizer=True)
ov.save_model(encoder, target / "openvino_tokenizer.xml")
ov.save_model(decoder, target / "openvino_detokenizer.xml")

model = ov.Core().read_model(target / "openvino_model.xml")
position_ids = next(port for port in model.inputs if "position_ids" in port.get_names()).get_node()
(result,) = [output.get_node() for output in model.outputs if "logits" in output.get_names()]
hidden = result.input_value(0).get_node().input_value(0)
script = op.constant(np.full(POSITIONS, tokenizer.eos_token_id, np.int64), name="script")
codes = np.random.default_rng(0).choice(np.array([-1, 1], np.float32), (vocabulary, CODE_SIZE))
axis = op.constant(0, dtype=np.int64)
chosen = op.gather(op.constant(codes), op.gather(script, position_ids, axis), axis)
nothing = op.multiply(op.reduce_mean(hidden, op.constant([-1]), True), op.constant(np.float32(1e-9)))
# One product at the end, as in any model: before it the engine picks the positions that it needs.
answer = op.matmul(op.add(chosen, nothing), op.constant(codes), False, True)
answer.output(0).set_names({"logits"})
result.input(0).replace_source_output(answer.output(0))
model.validate_nodes_and_infer_types()
edited = target / "edited.xml"
ov.save_model(model, edited, compress_to_fp16=False)
del model
edited.replace(target / "openvino_model.xml")
edited.with_suffix(".bin").replace(target / "openvino_model.bin")
