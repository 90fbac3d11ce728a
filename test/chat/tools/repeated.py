"""What the small model writes on after a text, all requests in one batch: one JSON line {grammar, prompt, tokens} in, one {text, ids} out.

Run by native-grammars.test.ts, with the model's path as its argument.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import openvino_genai as genai
from constrained import to_tag


def add(pipeline: Any, number: int, request: dict[str, Any]) -> Any:
    config = pipeline.get_config()
    config.apply_chat_template = False
    config.max_new_tokens = request["tokens"]
    tags = to_tag(request["grammar"])
    config.structured_output_config = genai.StructuredOutputConfig(structural_tags_config=tags)
    prompt = pipeline.get_tokenizer().encode(request["prompt"], add_special_tokens=False).input_ids
    return pipeline.add_request(number, prompt, config)


def main() -> None:
    scheduler = genai.SchedulerConfig()
    scheduler.cache_size = 1
    pipeline = genai.ContinuousBatchingPipeline(sys.argv[1], scheduler, "CPU", {}, {})
    handles = [add(pipeline, number, json.loads(line)) for number, line in enumerate(sys.stdin)]
    answers: list[list[int]] = [[] for _ in handles]
    while pipeline.has_non_finished_requests():
        pipeline.step()
        for handle, ids in zip(handles, answers, strict=True):
            while handle.can_read():
                for output in handle.read().values():
                    ids += output.generated_ids
    for ids in answers:
        print(json.dumps({"text": pipeline.get_tokenizer().decode(ids), "ids": ids}))


if __name__ == "__main__":
    main()
