"""Hooks of schemathesis for the requests of schemathesis.toml."""

from typing import Any
from zlib import crc32

import schemathesis

CHAT = "POST /v1/chat/completions"


@schemathesis.hook
def before_call(_context: Any, case: schemathesis.Case, _kwargs: dict[str, Any]) -> None:
    """Streams every third valid chat: `stream` is one optional field of many, so it would hardly ever be true."""
    if case.operation.label != CHAT or not isinstance(case.body, dict):
        return
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    if crc32(repr(case.body).encode("utf-8", "replace")) % 3 == 0:
        case.body["stream"] = True
