"""What LiteLLM's router takes of a processor for one request, by the number of boxes: one JSON line for each.

Run as: router_cost.py REQUESTS BOXES…. No box is asked: an answer is made up where it would be sent.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import Any

# LiteLLM would fetch its price list from the network when it is imported.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

from litellm import Router
from litellm.caching.dual_cache import DualCache

requests, *sizes = [int(word) for word in sys.argv[1:]]
STRATEGIES = ("least-busy", "simple-shuffle")
HELLO: Any = [{"role": "user", "content": "Hi"}]


calls = 0


def count_calls() -> None:
    """Counts what a router asks of its cache; with Redis, each may be a round to it."""
    for name in [name for name in dir(DualCache) if name.startswith("async_") and "cache" in name]:
        setattr(DualCache, name, counted(getattr(DualCache, name)))


def counted(method: Any) -> Any:
    async def call(*args: Any, **kwargs: Any) -> Any:
        global calls
        calls += 1
        return await method(*args, **kwargs)

    return call


def deployment(box: int) -> dict[str, Any]:
    params = {"model": "openai/m", "api_base": f"http://box{box}.example/v1", "api_key": "none", "mock_response": "Hi"}
    return {"model_name": "m", "litellm_params": params, "model_info": {"id": f"box{box}/m"}}


async def measure(boxes: int, strategy: str) -> dict[str, float]:
    """Processor time of a request in milliseconds, and its calls of the cache."""
    checks: Any = ["responses_api_deployment_check", "session_affinity"]
    model_list: Any = [deployment(box) for box in range(boxes)]
    router = Router(model_list=model_list, routing_strategy=strategy, optional_pre_call_checks=checks)
    for _ in range(10):
        await router.acompletion(model="m", messages=HELLO)
    # What is logged beside the requests is part of them.
    await asyncio.sleep(0.2)
    before, start = calls, time.process_time()
    for _ in range(requests):
        await router.acompletion(model="m", messages=HELLO)
    await asyncio.sleep(0.2)
    spent = (time.process_time() - start) / requests * 1000
    return {"milliseconds": round(spent, 2), "cache_calls": round((calls - before) / requests, 1)}


async def main() -> None:
    count_calls()
    for boxes in sizes:
        for strategy in STRATEGIES:
            print(json.dumps({"boxes": boxes, "strategy": strategy} | await measure(boxes, strategy)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
