"""The raw pipeline of speech, as the measure of the server.

Reads a JSON line {"path": file, "times": n} and answers with one: the seconds of the whole run.
"""

from __future__ import annotations

import json
import sys
import time

import av
import numpy as np
import openvino_genai as genai

model, device = sys.argv[1], sys.argv[2]
pipeline = genai.WhisperPipeline(model, device)


def decode(path: str) -> np.ndarray:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=16_000)
    with av.open(path) as container:
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
        return np.concatenate([part.to_ndarray().reshape(-1) for part in [*frames, *resampler.resample(None)]])


def run(path: str, times: int) -> dict[str, float]:
    begun = time.perf_counter()
    for _ in range(times):
        pipeline.generate(decode(path), return_timestamps=True)
    return {"seconds": time.perf_counter() - begun}


pipeline.generate(np.zeros(16_000, dtype=np.float32))
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), flush=True)
