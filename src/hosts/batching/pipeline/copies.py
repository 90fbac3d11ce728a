"""The copy of a .gguf file in OpenVINO's own format, which loads faster."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openvino_genai as genai

from device import Device
from grammars.spelling import respell, respelled
from messages import Message, last_line

# What the engine writes, each with a .bin beside it.
NETWORKS = ("openvino_model.xml", "openvino_tokenizer.xml", "openvino_detokenizer.xml")
# The copy's source, the engine that wrote it, and the size of each of its files (src/engine/copies/copies.ts reads it).
NOTE = "source.json"
PART = re.compile(r"-\d{5}-of-\d{5}\.gguf$")
SAVE: dict[str, Any] = {"enable_save_ov_model": True}


@dataclass(frozen=True, slots=True)
class Opened:
    pipeline: Any
    tokenizer: Any
    """The model's own tokenizer; the engine's may have another spelling of the vocabulary."""
    warning: str | None = None
    holds_grammars: bool = True


def open_pipeline(load: Message, scheduler: Any, device: Device) -> Opened:
    """The model's pipeline, and the reason if a copy was requested but could not be made."""
    asked = load.get("copy")

    def direct() -> Opened:
        return open_folder(load["path"], scheduler, device)

    if asked is None:
        return direct()
    folder = Path(asked["folder"])
    if is_whole(folder, asked["stamp"]):
        try:
            copied = open_folder(str(folder), scheduler, device)
            os.utime(folder)
            return copied
        except Exception as error:
            opened = direct()
            shutil.rmtree(folder, ignore_errors=True)
            warning = f"The copy in {folder} could not be loaded and was removed: {last_line(error)}"
            return replace(opened, warning=warning)
    try:
        return make(folder, load, scheduler, device)
    except Exception as error:
        # If the copy was not the cause, this fails in the same way.
        return replace(direct(), warning=f"The model could not be copied to {folder}: {last_line(error)}")


def open_folder(path: str, scheduler: Any, device: Device) -> Opened:
    """A model in OpenVINO's own form, or a .gguf file."""
    try:
        with respelled(Path(path)) as spelled:
            if spelled is not None:
                tokenizer = genai.Tokenizer(str(spelled))
                pipeline = genai.ContinuousBatchingPipeline(
                    path, tokenizer, scheduler, device.name, **device.properties
                )
                return Opened(pipeline, genai.Tokenizer(path))
    except OSError as error:
        opened = open_plainly(path, scheduler, device)
        warning = f"Structured output is off, because the model's vocabulary could not be written: {last_line(error)}"
        return replace(opened, warning=warning, holds_grammars=False)
    return open_plainly(path, scheduler, device)


def open_plainly(path: str, scheduler: Any, device: Device) -> Opened:
    pipeline = genai.ContinuousBatchingPipeline(path, scheduler, device.name, device.properties, {})
    return Opened(pipeline, pipeline.get_tokenizer())


def is_whole(folder: Path, stamp: str) -> bool:
    """Whether the copy was made of this file by this engine, and is complete: a truncated file crashes the engine."""
    try:
        note = json.loads((folder / NOTE).read_text())
        return bool(note["stamp"] == stamp and note["engine"] == genai.get_version() and note["files"] == sizes(folder))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def make(folder: Path, load: Message, scheduler: Any, device: Device) -> Opened:
    """Loads the file and saves its networks on the way; the folder appears once they are on the disk."""
    partial = folder.with_name(f".{folder.name}-{os.getpid()}.partial")
    try:
        partial.mkdir(parents=True)
        link = link_parts(Path(load["path"]), partial)
        tokenizer = genai.Tokenizer(str(link), **SAVE)
        properties = {**device.properties, **SAVE}
        pipeline = genai.ContinuousBatchingPipeline(str(link), tokenizer, scheduler, device.name, **properties)
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
        return Opened(pipeline, tokenizer) if respell(folder) is None else open_folder(str(folder), scheduler, device)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def link_parts(path: Path, folder: Path) -> Path:
    """The engine saves beside the path that it is given; a split file is loaded through its first part."""
    start = PART.sub("", path.name)
    parts = [one for one in path.parent.iterdir() if PART.search(one.name) and PART.sub("", one.name) == start]
    for part in parts if PART.search(path.name) else [path]:
        (folder / part.name).symlink_to(part)
    return folder / path.name


def check_network(path: Path) -> None:
    """Raises if the disk was full: the engine does not always notice."""
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
