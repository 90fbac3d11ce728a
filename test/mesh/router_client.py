"""LiteLLM's own loader over settings of `ov-llm mesh config`: prints one JSON line for each check.

Run as: router_client.py CONFIG, with the variables set that the settings name.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

# LiteLLM would fetch its price list from the network when it is imported.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import yaml
from litellm import Router
from litellm.types.router import ModelInfo

settings: Any = yaml.safe_load(Path(sys.argv[1]).read_text(encoding="utf-8"))
# The proxy makes its router so, and leaves out what the router does not know, with a warning in its log alone.
known = set(Router.get_valid_args())
router: Any = Router(model_list=settings["model_list"], **settings["router_settings"])
HELLO: Any = [{"role": "user", "content": "Hi"}]


def report(check: str, **result: Any) -> None:
    print(json.dumps({"check": check, **result}), flush=True)


def box_of(answer: Any) -> str | None:
    headers = answer._hidden_params.get("additional_headers") or {}
    found = headers.get("llm_provider-x-ov-llm-box")
    return None if found is None else str(found)


async def chat(name: str, **more: Any) -> str | None:
    return box_of(await router.acompletion(model=name, messages=HELLO, max_tokens=2, **more))


async def main() -> None:
    report(
        "settings",
        unknown=sorted(set(settings["router_settings"]) - known),
        names=sorted(set(router.get_model_names())),
    )
    infos = [ModelInfo(**row["model_info"]) for row in settings["model_list"]]
    report("models", ids=len({info.id for info in infos}), info=router.get_model_group_info("smol").model_dump())
    ids = [row["model_info"]["id"] for row in settings["model_list"] if row["model_name"] == "smol"]
    report("chat", boxes=[await chat(id) for id in ids])
    report("other names", boxes=[await chat("assistant"), await chat("terse")])
    # Which box it is depends on the load, so it starts once for many.
    metadata = {"session_id": "a conversation"}
    first = await chat("smol", metadata=metadata)
    later = await asyncio.gather(*[chat("smol", metadata=metadata) for _ in range(4)])
    report("session", boxes=sorted({str(box) for box in [first, *later]}))
    vectors = await router.aembedding(model="minilm", input=["a", "b"])
    report("embedding", vectors=len(vectors.data), box=box_of(vectors))
    ranked = await router.arerank(model="ranker", query="cat", documents=["a cat", "a house"])
    report("rerank", results=len(ranked.results))


if __name__ == "__main__":
    asyncio.run(main())
