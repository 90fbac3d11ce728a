"""Many requests through LiteLLM's router with settings of `ov-llm mesh config`: prints one JSON line for each answer.

Run as: router_load.py CONFIG STREAMS. It asks until its standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

# LiteLLM would fetch its price list from the network when it is imported.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
import yaml

settings: Any = yaml.safe_load(Path(sys.argv[1]).read_text(encoding="utf-8"))
router: Any = litellm.Router(model_list=settings["model_list"], **settings["router_settings"])
streams = int(sys.argv[2])
HELLO: Any = [{"role": "user", "content": "Hi"}]


async def ask() -> dict[str, Any]:
    try:
        answer = await router.acompletion(model="smol", messages=HELLO)
    except Exception as error:
        return {"lost": str(error)}
    return {"box": answer._hidden_params["additional_headers"]["llm_provider-x-ov-llm-box"]}


async def keep_asking(ended: asyncio.Future[str]) -> None:
    while not ended.done():
        print(json.dumps(await ask()), flush=True)


async def main() -> None:
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await asyncio.gather(*[keep_asking(ended) for _ in range(streams)])


if __name__ == "__main__":
    litellm.suppress_debug_info = True
    logging.disable(logging.CRITICAL)
    asyncio.run(main())
