"""The raw engine, as the measure of the server: add_request and step, no HTTP, no text.

Reads a JSON line {"prompts": [...], "max_tokens": n} and answers with one: the seconds of the whole run, and for
each request the times of its tokens in seconds from the start. A prompt is a question, or the messages of a conversation.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import openvino_genai as genai

model, cache_gb, batched_tokens, device = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
scheduler = genai.SchedulerConfig()
scheduler.enable_prefix_caching = True
scheduler.cache_size = cache_gb
scheduler.max_num_batched_tokens = batched_tokens
pipeline = genai.ContinuousBatchingPipeline(str(Path(model)), scheduler, device, {}, {})
tokenizer = pipeline.get_tokenizer()
next_id = 0


def run(prompts: list[str | list[dict[str, str]]], max_tokens: int) -> dict[str, object]:
    global next_id
    begun = time.perf_counter()
    handles = []
    for prompt in prompts:
        messages = prompt if isinstance(prompt, list) else [{"role": "user", "content": prompt}]
        text = tokenizer.apply_chat_template(messages, True)
        ids = tokenizer.encode(text, add_special_tokens=False).input_ids
        config = pipeline.get_config()
        config.apply_chat_template = False
        config.max_new_tokens = max_tokens
        config.ignore_eos = True
        next_id += 1
        handles.append(pipeline.add_request(next_id, ids, config))
    times: list[list[float]] = [[] for _ in handles]
    while pipeline.has_non_finished_requests():
        pipeline.step()
        now = time.perf_counter() - begun
        for handle, seen in zip(handles, times, strict=True):
            if handle.can_read():
                for output in handle.read().values():
                    seen.extend([now] * len(output.generated_ids))
    return {"seconds": time.perf_counter() - begun, "times": times}


run(["warm up"], 8)
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), flush=True)
