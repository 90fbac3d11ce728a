"""Prints what the batching host makes of test/fixtures/devices.json: a device each, or why there is none."""

from __future__ import annotations

import json
from pathlib import Path

from device_choice import choose_device
from messages import RequestFailed


def choose(wanted: str, seen: list[str]) -> str:
    try:
        return choose_device(wanted, seen)
    except RequestFailed as error:
        return str(error)


cases = json.loads((Path(__file__).parents[1] / "fixtures" / "devices.json").read_text())
print(json.dumps([choose(case["wanted"], case["seen"]) for case in cases]))
