"""Which device a model runs on, and how much memory its KV cache may take."""

from __future__ import annotations

import os

import openvino as ov

from messages import RequestFailed


def choose_device(wanted: str) -> str:
    seen: list[str] = ov.Core().available_devices
    if wanted == "AUTO":
        return next((name for name in seen if name.startswith("GPU")), "CPU")
    if wanted.startswith("NPU"):
        raise RequestFailed(
            "model_load_failed",
            f'The batching engine does not run on "{wanted}": set engine=native, or use CPU or GPU.',
        )
    base = wanted.split(":")[0].split(".")[0]
    if base in ("CPU", "GPU") and not any(name.startswith(base) for name in seen):
        raise RequestFailed(
            "model_load_failed",
            f'OpenVINO sees no device "{wanted}", only {", ".join(seen)}: install its driver '
            "(for a GPU: the compute runtime, and membership in the render group) or set another device.",
        )
    return wanted


def default_cache_gb() -> int:
    """An eighth of the machine's memory, 1 to 8 GB; taken only as it fills."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(8, total // 8 // 2**30))
