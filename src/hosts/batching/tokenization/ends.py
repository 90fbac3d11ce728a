"""The tokens that end an answer, of which the engine knows only those in generation_config.json."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any


def find_ends(model: Path, tokenizer: Any) -> set[int]:
    """The tokens that the files name, in transformers' order, and the tokenizer's own, with which a grammar ends."""
    names = ("generation_config.json", "config.json")
    stated = next(filter(None, (ends_in(model / name) for name in names)), set())
    own = int(tokenizer.get_eos_token_id())
    return stated | {own} if own >= 0 else stated


def ends_in(path: Path) -> set[int]:
    """`eos_token_id` of a config: an id or a list of ids; a vision model has it in its `text_config`."""
    with suppress(OSError, ValueError):
        content = json.loads(path.read_text())
        for part in (content, content.get("text_config")) if isinstance(content, dict) else ():
            ids = part.get("eos_token_id") if isinstance(part, dict) else None
            found = {one for one in (ids if isinstance(ids, list) else [ids]) if type(one) is int and one >= 0}
            if found:
                return found
    return set()
