"""Prints what the installed exporter declares: model type -> task -> oldest and newest transformers."""

import contextlib
import json
import os
import sys

with contextlib.redirect_stdout(sys.stderr):
    import optimum.exporters.openvino.model_configs  # noqa: F401
    from optimum.exporters.tasks import TasksManager

out: dict[str, dict[str, list[str | None]]] = {}
for kind, backends in sorted(TasksManager._SUPPORTED_MODEL_TYPE.items()):
    for task, make in sorted(backends.get("openvino", {}).items()):
        names = ("MIN_TRANSFORMERS_VERSION", "MAX_TRANSFORMERS_VERSION")
        window = [getattr(make.func, name, None) for name in names]
        out.setdefault(kind, {})[task] = [None if one is None else str(one) for one in window]
json.dump(out, sys.stdout)
sys.stdout.flush()
os._exit(0)
