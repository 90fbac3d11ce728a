"""The copy of a .gguf file in OpenVINO's own form, which loads in a fraction of the time."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import openvino_genai as genai

from base import Device
from messages import Message, last_line

# What the engine writes, each with a .bin beside it.
NETWORKS = ("openvino_model.xml", "openvino_tokenizer.xml", "openvino_detokenizer.xml")
# What the copy was made of and by, and the size of each of its files (src/engine/copies/copies.ts reads it).
NOTE = "source.json"
PART = re.compile(r"-\d{5}-of-\d{5}\.gguf$")
SAVE: dict[str, Any] = {"enable_save_ov_model": True}


def open_pipeline(load: Message, scheduler: Any, device: Device, more: dict[str, Any]) -> tuple[Any, str | None]:
    """The model's pipeline, and why there is no copy although one was asked for.

    `more`: properties beside the device's.
    """
    asked = load.get("copy")
    properties = device.properties | more

    def direct() -> Any:
        return genai.ContinuousBatchingPipeline(load["path"], scheduler, device.name, properties, {})

    if asked is None:
        return direct(), None
    folder = Path(asked["folder"])
    if is_whole(folder, asked["stamp"]):
        try:
            copied = genai.ContinuousBatchingPipeline(str(folder), scheduler, device.name, properties, {})
            os.utime(folder)
            return copied, None
        except Exception as error:
            pipeline = direct()
            shutil.rmtree(folder, ignore_errors=True)
            return pipeline, f"The copy in {folder} could not be loaded and was removed: {last_line(error)}"
    try:
        return make(folder, load, scheduler, device.name, properties), None
    except Exception as error:
        # Where the copy was not the reason, this fails in the same way.
        return direct(), f"The model could not be copied to {folder}: {last_line(error)}"


def is_whole(folder: Path, stamp: str) -> bool:
    """Whether the copy is of this file, by this engine, and no file of it is shorter than it was: that crashes."""
    try:
        note = json.loads((folder / NOTE).read_text())
        return bool(note["stamp"] == stamp and note["engine"] == genai.get_version() and note["files"] == sizes(folder))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def make(folder: Path, load: Message, scheduler: Any, device: str, properties: dict[str, Any]) -> Any:
    """Loads the file and saves its networks on the way; the folder appears once they are on the disk."""
    partial = folder.with_name(f".{folder.name}-{os.getpid()}.partial")
    try:
        partial.mkdir(parents=True)
        link = link_parts(Path(load["path"]), partial)
        tokenizer = genai.Tokenizer(str(link), **SAVE)
        pipeline = genai.ContinuousBatchingPipeline(str(link), tokenizer, scheduler, device, **properties, **SAVE)
        for name in NETWORKS:
            check_network(partial / name)
        for path in partial.glob("*.gguf"):
            path.unlink()
        note = {"path": load["path"], "stamp": load["copy"]["stamp"], "engine": genai.get_version()}
        (partial / NOTE).write_text(json.dumps({**note, "files": sizes(partial)}))
        for path in [*partial.iterdir(), partial]:
            sync(path)
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
        return pipeline
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def link_parts(path: Path, folder: Path) -> Path:
    """The engine saves beside the path that it is given; a split file is loaded by its first part."""
    start = PART.sub("", path.name)
    parts = [one for one in path.parent.iterdir() if PART.search(one.name) and PART.sub("", one.name) == start]
    for part in parts if PART.search(path.name) else [path]:
        (folder / part.name).symlink_to(part)
    return folder / path.name


def check_network(path: Path) -> None:
    """Raises where the disk was full: the engine does not always notice."""
    text = path.read_text()
    ends = [int(at) + int(size) for at, size in re.findall(r'offset="(\d+)" size="(\d+)"', text)]
    if not text.rstrip().endswith("</net>") or path.with_suffix(".bin").stat().st_size < max(ends, default=0):
        raise OSError(f"{path.name} was not written to its end")


def sizes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in sorted(folder.glob("openvino_*"))}


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
