"""Messages to the daemon (src/protocol/) and the errors that become them."""

from __future__ import annotations

from typing import Any

Message = dict[str, Any]


class RequestFailed(Exception):
    """One request cannot be served; `code` is one of ov-llm's error codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def failed(request_id: int | None, code: str, message: str) -> Message:
    return {"type": "failed", "id": request_id, "code": code, "message": message}


def last_line(error: BaseException) -> str:
    """The line of OpenVINO's multi-line messages that says what was wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
