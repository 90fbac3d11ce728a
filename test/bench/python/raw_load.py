"""The raw engine from its start to the first token: a line of JSON with the seconds of each stage.

Arguments: the model, the KV cache in GB, the device.
"""

from __future__ import annotations

import json
import os
import sys
import time

begun = time.perf_counter()

import openvino_genai as genai  # noqa: E402

imported = time.perf_counter()
scheduler = genai.SchedulerConfig()
scheduler.enable_prefix_caching = True
scheduler.cache_size = int(sys.argv[2])
pipeline = genai.ContinuousBatchingPipeline(sys.argv[1], scheduler, sys.argv[3], {}, {})
constructed = time.perf_counter()
config = pipeline.get_config()
config.apply_chat_template = False
config.max_new_tokens = 1
prompt = sys.stdin.read()
ids = pipeline.get_tokenizer().encode(prompt, add_special_tokens=False).input_ids
handle = pipeline.add_request(0, ids, config)
while pipeline.has_non_finished_requests():
    pipeline.step()
handle.read_all()
ended = time.perf_counter()
stages = {"imports": imported - begun, "construct": constructed - imported, "first_token": ended - constructed}
print(json.dumps(stages), flush=True)
# What ends a pipeline is no part of its start.
os._exit(0)
