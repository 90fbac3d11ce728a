"""Makes an OpenVINO folder of a .gguf file whose tokenizer reads long prompts.

The engine's own tokenizer of a .gguf file cuts prompts at 8,192 tokens, whatever the file says. Arguments: the file,
the folder to make, and the context length.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import openvino as ov
import openvino_genai as genai
import openvino_tokenizers  # noqa: F401  (its operations become known to Core)
from openvino import opset13 as opset

CUT_AT = 8192

source, folder, context = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
folder.mkdir(parents=True)
link = folder / source.name
link.symlink_to(source)
scheduler = genai.SchedulerConfig()
scheduler.cache_size = 1
save = {"enable_save_ov_model": True}
tokenizer = genai.Tokenizer(str(link), **save)
genai.ContinuousBatchingPipeline(str(link), tokenizer, scheduler, "CPU", **save)
link.unlink()

core = ov.Core()
path = folder / "openvino_tokenizer.xml"
network = core.read_model(path)
found = 0
for node in network.get_ops():
    if node.get_type_name() != "Constant" or node.get_output_size() != 1 or node.output(0).shape not in ([], [1]):
        continue
    value = node.data
    if value.dtype.kind == "i" and int(value.reshape(-1)[0]) == CUT_AT:
        longer = opset.constant(np.full(value.shape, context, dtype=value.dtype))
        for target in node.output(0).get_target_inputs():
            target.replace_source_output(longer.output(0))
        found += 1
if found == 0:
    sys.exit(f"{path.name} cuts nowhere at {CUT_AT} tokens: see what the engine's new release does.")
changed = folder / "changed.xml"
ov.save_model(network, changed, compress_to_fp16=False)
del network
changed.rename(path)
changed.with_suffix(".bin").rename(path.with_suffix(".bin"))
(folder / "config.json").write_text(
    json.dumps({"model_type": "llama", "architectures": ["LlamaForCausalLM"], "max_position_embeddings": context})
)
