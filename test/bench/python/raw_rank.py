"""The raw pipeline of ranking, as the measure of the server.

Reads a JSON line {"asked": [{"query": "...", "documents": [...]}]} and answers with one: the seconds of the whole run.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import openvino_genai as genai

model, device = sys.argv[1], sys.argv[2]
pipeline = genai.TextRerankPipeline(model, device, top_n=1000)


def run(asked: list[dict[str, Any]]) -> dict[str, float]:
    started = time.perf_counter()
    for one in asked:
        pipeline.rerank(one["query"], one["documents"])
    return {"seconds": time.perf_counter() - started}


run([{"query": "warm", "documents": ["up"]}])
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), flush=True)
