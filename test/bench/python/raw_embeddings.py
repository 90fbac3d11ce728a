"""The raw pipeline of embeddings, as the measure of the server.

Reads a JSON line {"texts": [...], "at_once": n} and answers with one: the seconds of the whole run.
"""

from __future__ import annotations

import json
import sys
import time

import openvino_genai as genai

model, device = sys.argv[1], sys.argv[2]
config = genai.TextEmbeddingPipeline.Config()
config.pooling_type = genai.TextEmbeddingPipeline.PoolingType.MEAN
config.normalize = True
pipeline = genai.TextEmbeddingPipeline(model, device, config)


def run(texts: list[str], at_once: int) -> dict[str, float]:
    begun = time.perf_counter()
    for start in range(0, len(texts), at_once):
        pipeline.embed_documents(texts[start : start + at_once])
    return {"seconds": time.perf_counter() - begun}


run(["warm up"], 1)
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), flush=True)
