"""Which device a model runs on: the rule of src/protocol/device.ts, held to it by test/fixtures/devices.json."""

from __future__ import annotations

from messages import RequestFailed

# OpenVINO's own ways to combine devices, which it judges by itself: HETERO:GPU,CPU.
COMBINATIONS = ("AUTO", "BATCH", "HETERO", "MULTI")


def choose_device(wanted: str, seen: list[str]) -> str:
    """The device that `wanted` means, of those that OpenVINO sees."""
    if wanted == "AUTO":
        return next((name for name in seen if name.startswith("GPU")), "CPU")
    base = wanted.split(":")[0].split(".")[0]
    if base in COMBINATIONS or any(name.split(".")[0] == base for name in seen):
        return wanted
    what = f'OpenVINO sees no device "{wanted}", only {", ".join(seen)}'
    if base not in ("CPU", "GPU", "NPU"):
        raise RequestFailed("model_load_failed", f"{what}: set one of these.")
    raise RequestFailed(
        "model_load_failed",
        f"{what}: install its driver "
        "(for a GPU: the compute runtime, and membership in the render group) or set another device "
        "(OV_DEVICE, or `ov-llm models set NAME device=…`).",
    )
