"""Messages to the daemon (src/protocol/) and the errors that become them."""

from __future__ import annotations

from typing import Any

Message = dict[str, Any]


class RequestFailed(Exception):
    """One request cannot be served; `code`: one of ov-llm's error codes, `param`: the client's field at fault."""

    def __init__(self, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.param = param


def failed(request_id: int | None, code: str, message: str) -> Message:
    return {"type": "failed", "id": request_id, "code": code, "message": message}


def failed_by(request_id: int, error: Exception) -> Message:
    """The message that a request failed with this exception; all but a RequestFailed are failures of the engine."""
    if not isinstance(error, RequestFailed):
        return failed(request_id, "engine_failed", last_line(error))
    message = failed(request_id, error.code, str(error))
    return message if error.param is None else {**message, "param": error.param}


def last_line(error: BaseException) -> str:
    """The line of OpenVINO's multi-line messages that states what was wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
