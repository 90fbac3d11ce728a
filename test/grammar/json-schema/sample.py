"""Answers of the real engine held to grammars, for engine.test.ts.

Reads one JSON list of {"name", "grammar"} and writes one line per answer: {"name", "text", "finished"}. The model
is asked at temperature 1, so that it tries every way a grammar leaves open. Requests run in batches, as in the server.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import openvino_genai as genai

BATCH = 12
PROMPT = "Invent an example. Answer briefly with data only."


def main(model: str, max_tokens: int, seed: int) -> None:
    scheduler = genai.SchedulerConfig()
    scheduler.cache_size = 1
    pipeline = genai.ContinuousBatchingPipeline(model, scheduler, "CPU", {}, {})
    tokenizer = pipeline.get_tokenizer()
    prompt = tokenizer.apply_chat_template([{"role": "user", "content": PROMPT}], True)
    ids = tokenizer.encode(prompt, add_special_tokens=False).input_ids
    cases = json.load(sys.stdin)
    for start in range(0, len(cases), BATCH):
        running: list[tuple[dict[str, Any], Any, list[int]]] = []
        for number, case in enumerate(cases[start : start + BATCH], start):
            config = pipeline.get_config()
            config.apply_chat_template = False
            config.max_new_tokens = max_tokens
            config.do_sample = True
            config.temperature = 1.0
            config.rng_seed = seed
            grammar = genai.StructuredOutputConfig.EBNF(case["grammar"])
            config.structured_output_config = genai.StructuredOutputConfig(structural_tags_config=grammar)
            running.append((case, pipeline.add_request(number, ids, config), []))
        run(pipeline, running, tokenizer)


def run(pipeline: Any, running: list[tuple[dict[str, Any], Any, list[int]]], tokenizer: Any) -> None:
    finish: dict[int, str] = {}
    while pipeline.has_non_finished_requests():
        pipeline.step()
        for index, (_, handle, ids) in enumerate(running):
            while handle.can_read():
                for output in handle.read().values():
                    ids += output.generated_ids
                    finish[index] = str(output.finish_reason)
    for index, (case, _, ids) in enumerate(running):
        answer = {"name": case["name"], "text": tokenizer.decode(ids), "finished": finish[index].endswith("STOP")}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
