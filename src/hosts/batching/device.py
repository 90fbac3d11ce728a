"""Which device a model runs on: the rule of src/protocol/device.ts, held to it by test/fixtures/devices.json."""

from __future__ import annotations

from messages import RequestFailed


def choose_device(wanted: str, seen: list[str]) -> str:
    """The device that `wanted` means, of those that OpenVINO sees."""
    if wanted == "AUTO":
        return next((name for name in seen if name.startswith("GPU")), "CPU")
    base = wanted.split(":")[0].split(".")[0]
    if base in ("CPU", "GPU", "NPU") and not any(name.startswith(base) for name in seen):
        raise RequestFailed(
            "model_load_failed",
            f'OpenVINO sees no device "{wanted}", only {", ".join(seen)}: install its driver '
            "(for a GPU: the compute runtime, and membership in the render group) or set another device.",
        )
    return wanted
