"""Which device a model runs on: the rule of src/protocol/device.ts, held to it by test/fixtures/devices.json."""

from __future__ import annotations

from messages import RequestFailed

# OpenVINO's own ways to combine devices: HETERO:GPU,CPU. It loads one only if it sees all its devices.
COMBINATIONS = ("AUTO", "BATCH", "HETERO", "MULTI")


def choose_device(wanted: str, seen: list[str]) -> str:
    """The device that `wanted` means, of those that OpenVINO sees."""
    if wanted == "AUTO":
        return next((name for name in seen if name.startswith("GPU")), "CPU")
    bases = {_to_base(name) for name in seen}
    missing = next((part for part in list_parts(wanted) if _to_base(part) not in bases), None)
    if missing is None:
        return wanted
    whole = "" if missing == wanted else f' of "{wanted}"'
    what = f'OpenVINO sees no device "{missing}"{whole}, only {", ".join(seen)}'
    if _to_base(missing) not in ("CPU", "GPU", "NPU"):
        raise RequestFailed("model_load_failed", f"{what}: set one of these.")
    raise RequestFailed(
        "model_load_failed",
        f"{what}: install its driver "
        "(for a GPU: the compute runtime, and membership in the render group) or set another device "
        "(OV_DEVICE, or `ov-llm models set NAME device=…`).",
    )


def list_parts(device: str) -> list[str]:
    """The devices that a combination names, without BATCH's sizes and AUTO's exclusions; else the device itself."""
    base, _, parts = device.partition(":")
    if base not in COMBINATIONS:
        return [device]
    return [part.split("(")[0] for part in parts.split(",") if part and not part.startswith("-")]


def _to_base(device: str) -> str:
    """Without the number of one of several."""
    return device.split(":")[0].split(".")[0]
