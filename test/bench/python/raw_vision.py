"""The raw pipeline of a model that sees, as the measure of the server.

Reads a JSON line {"prompt": "...", "paths": [...], "at_once": n} and answers with one: the seconds of the whole run, in
which each picture is decoded and one token is written about it.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import openvino as ov
import openvino_genai as genai
from PIL import Image

model, device, cache_gb = sys.argv[1:]
scheduler = genai.SchedulerConfig()
scheduler.cache_size = int(cache_gb)
scheduler.enable_prefix_caching = True
pipeline = genai.ContinuousBatchingPipeline(model, scheduler, device)
config = genai.GenerationConfig()
config.max_new_tokens = 1
config.apply_chat_template = False
numbers = iter(range(1_000_000_000))


def read(path: str) -> ov.Tensor:
    with Image.open(path) as image:
        return ov.Tensor(np.asarray(image.convert("RGB"))[np.newaxis])


def run(prompt: str, paths: list[str], at_once: int) -> dict[str, float]:
    started = time.perf_counter()
    for start in range(0, len(paths), at_once):
        # The engine gives up a request whose handle is gone.
        handles = [
            pipeline.add_request(next(numbers), prompt, images=[read(path)], generation_config=config)
            for path in paths[start : start + at_once]
        ]
        while pipeline.has_non_finished_requests():
            pipeline.step()
        if not all(handle.can_read() for handle in handles):
            sys.exit("The engine wrote nothing about a picture.")
    return {"seconds": time.perf_counter() - started}


print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), flush=True)
