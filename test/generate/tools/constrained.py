"""Answers of the small model under grammars.

In: JSON lines {grammar, prompt, tokens, raw?}; out: JSON lines {text, tokens, ids}. A `raw` prompt is no message: the
model writes on after it, the likeliest token each time. Run by grammars.test.ts and native-grammars.test.ts, with the
model's path as its argument.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import openvino_genai as genai

from grammars.structural_tags import to_config


def start(pipeline: Any, number: int, request: dict[str, Any]) -> Any:
    tokenizer = pipeline.get_tokenizer()
    prompt, raw = request["prompt"], request.get("raw", False)
    if not raw:
        prompt = tokenizer.apply_chat_template([{"role": "user", "content": prompt}], True)
    config = pipeline.get_config()
    config.apply_chat_template = False
    config.max_new_tokens = request["tokens"]
    config.do_sample, config.temperature, config.rng_seed = not raw, 0.7, 1
    config.structured_output_config = to_config(request["grammar"])
    return pipeline.add_request(number, tokenizer.encode(prompt, add_special_tokens=False).input_ids, config)


def main() -> None:
    scheduler = genai.SchedulerConfig()
    scheduler.cache_size = 1
    pipeline = genai.ContinuousBatchingPipeline(sys.argv[1], scheduler, "CPU", {}, {})
    handles = [start(pipeline, number, json.loads(line)) for number, line in enumerate(sys.stdin)]
    answers: list[list[int]] = [[] for _ in handles]
    while pipeline.has_non_finished_requests():
        pipeline.step()
        for handle, ids in zip(handles, answers, strict=True):
            while handle.can_read():
                for output in handle.read().values():
                    ids += output.generated_ids
    for ids in answers:
        print(json.dumps({"text": pipeline.get_tokenizer().decode(ids), "tokens": len(ids), "ids": ids}))


if __name__ == "__main__":
    main()
