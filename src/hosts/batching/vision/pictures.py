"""Decodes the pictures of a request: from a file with any content to pixels, within bounds."""

from __future__ import annotations

import hashlib
import math
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from messages import Message, RequestFailed, last_line
from vision.picture_room import PictureRoom

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
# As the file's head states them, before anything is decoded: 300 MB of pixels.
MOST_PIXELS = 100_000_000
# What decoding may take, as is reserved for it (memory.ts).
MOST_BYTES = 512_000_000
# For each pixel of a picture that is decoded row by row.
PLAIN_BYTES = MOST_BYTES / MOST_PIXELS
# No model uses more: larger ones are made smaller, which saves the engine memory and time. Some use less.
KEPT_PIXELS = 12_845_056
# For all pictures of a request together: 200 MB, however small their files are.
KEPT_TOGETHER = 5 * KEPT_PIXELS
# How much is resized at once: each step copies its pixels, and a large picture takes enough memory as it is.
BAND_PIXELS = 2_000_000
# Models scale the shorter side up, so a longer strip would become a picture of unbounded size.
MOST_ASPECT = 100

# `check_size` bounds them, with a clear message.
Image.MAX_IMAGE_PIXELS = None


@dataclass(slots=True)
class Picture:
    pixels: Any
    """uint8 [1, height, width, 3]"""
    key: int
    """The same for the same pixels."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[2], self.pixels.shape[1]


def read_picture(path: str, name: str, most_pixels: int = KEPT_PIXELS, room: PictureRoom | None = None) -> Picture:
    """The first frame, upright, on white; `name`: its name in errors. Raises RequestFailed."""
    try:
        image = decode(path, name, most_pixels, room or PictureRoom())
        # Copying a large picture holds up the engine: Pillow keeps the interpreter's lock for it.
        ImageOps.exif_transpose(image, in_place=True)
        pixels = np.asarray(to_rgb(image))[np.newaxis]
    except RequestFailed:
        raise
    except (Exception, MemoryError) as error:
        why = "" if str(path) in str(error) else f" ({last_line(error)})"
        raise RequestFailed(
            "invalid_request",
            f'"{name}" cannot be read as an image{why}: send a whole PNG, JPEG, WebP or GIF file.',
            name,
        ) from error
    digest = hashlib.sha256(pixels).digest()
    return Picture(pixels, int.from_bytes(digest[:7], "big"))


def bytes_each(image: Any) -> float:
    """What decoding takes for a pixel: measured, with Pillow 12."""
    if image.format == "WEBP":
        # The decoder holds two frames with transparency, which are copied twice.
        return 16
    layers = getattr(image, "layer", None)
    if layers and "progressive" in image.info:
        # All coefficients, of 16 bits, at once; fewer where the colours are coarser than the light.
        shares: list[int] = [across * down for _, across, down, _ in layers]
        return 2 * sum(shares) / max(shares) + 1.5
    return PLAIN_BYTES


def check_size(image: Any, name: str) -> None:
    width, height = image.size
    most = min(MOST_PIXELS, int(MOST_BYTES / bytes_each(image)))
    if most < width * height <= MOST_PIXELS:
        kind = "WebP" if image.format == "WEBP" else "progressive JPEG of its kind"
        raise RequestFailed(
            "invalid_request",
            f'"{name}" has {width} x {height} pixels, and a {kind} may have {most // 1_000_000} million: '
            "send a smaller one, or a plain JPEG or PNG.",
            name,
        )
    if width * height > MOST_PIXELS:
        raise RequestFailed(
            "invalid_request",
            f'"{name}" has {width} x {height} pixels: send one of at most {MOST_PIXELS // 1_000_000} million.',
            name,
        )
    if max(width, height) > MOST_ASPECT * min(width, height):
        raise RequestFailed(
            "invalid_request",
            f'"{name}" has {width} x {height} pixels: one side may be at most {MOST_ASPECT} times the other.',
            name,
        )


def decode(path: str, name: str, most_pixels: int, room: PictureRoom) -> Any:
    """The picture with at most that many pixels; a larger one is freed when this returns."""
    with Image.open(Path(path), formats=FORMATS) as image:
        check_size(image, name)
        # As much memory as a plain picture takes of which nothing can be left out.
        is_large = image.width * image.height * bytes_each(image) > KEPT_PIXELS * PLAIN_BYTES
        with room.decoding() if is_large else nullcontext():
            small = shrink(image, most_pixels)
            small.load()
        return small


def shrink(image: Any, most_pixels: int) -> Any:
    """The picture with at most that many pixels; a JPEG is decoded at a smaller size from the start."""
    excess = image.width * image.height / most_pixels
    if excess <= 1:
        return image
    size = int(image.width / excess**0.5) or 1, int(image.height / excess**0.5) or 1
    image.draft("RGB", size)
    small = Image.new("RGB", size)
    rows = max(1, BAND_PIXELS * size[1] // (image.width * image.height))
    for top in range(0, size[1], rows):
        small.paste(shrink_rows(image, size, top, min(top + rows, size[1])), (0, top))
    small.info = {key: value for key, value in image.info.items() if key != "transparency"}
    # The file's metadata states how the picture is rotated.
    small.getexif().update(image.getexif())
    return small


def shrink_rows(image: Any, size: tuple[int, int], top: int, bottom: int) -> Any:
    """These rows of the resized picture, the same as if the whole picture were resized at once."""
    scale = image.height / size[1]
    # The filter also reads the pixels of three rows beyond.
    reach = math.ceil(3 * scale) + 1
    first, last = max(0, int(top * scale) - reach), min(image.height, math.ceil(bottom * scale) + reach)
    band = to_rgb(image.crop((0, first, image.width, last)))
    box = (0, top * scale - first, image.width, min(bottom * scale, image.height) - first)
    return band.resize((size[0], bottom - top), Image.Resampling.LANCZOS, box, reducing_gap=2.0)


def widen(image: Any) -> Any:
    """The picture in a mode with 8 bits per channel, with its transparency."""
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I"):
        # Computed in its own type, because copies in wider ones would take gigabytes.
        values = np.asarray(image) >> 8
        return Image.fromarray(np.clip(values, 0, 255, out=values).astype(np.uint8), "L")
    if image.mode in ("LA", "La", "PA", "RGBa", "RGBA") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB")


def to_rgb(image: Any) -> Any:
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    plain = widen(image)
    if plain.mode != "RGBA":
        return plain.convert("RGB")
    white = Image.new("RGBA", plain.size, "white")
    return Image.alpha_composite(white, plain).convert("RGB")


class Left(Exception):
    """The request that waited for the pictures was cancelled."""


@dataclass(slots=True)
class Reading:
    message: Message
    future: Future[list[Picture]]
    left: threading.Event


class PictureReader:
    """Reads the pictures of requests while the engine steps: Pillow releases the interpreter's lock.

    It keeps the lock while it copies: about 0.1 s for a WebP of the most pixels.
    """

    def __init__(self, room: PictureRoom, most_pixels: int = KEPT_PIXELS) -> None:
        self._room = room
        self._most_pixels = most_pixels
        self._threads = ThreadPoolExecutor(max_workers=1)
        self._reading: dict[int, Reading] = {}

    @property
    def busy(self) -> bool:
        return bool(self._reading)

    def add(self, message: Message) -> None:
        left = threading.Event()
        future = self._threads.submit(read_all, message["images"], self._most_pixels, left, self._room)
        self._reading[message["id"]] = Reading(message, future, left)

    def cancel(self, request_id: int) -> bool:
        found = self._reading.pop(request_id, None)
        if found is not None:
            found.future.cancel()
            found.left.set()
        return found is not None

    def take(self, seconds: float) -> list[tuple[Message, Future[list[Picture]]]]:
        """The requests whose pictures have been read or have failed; waits that long for the first."""
        wait([one.future for one in self._reading.values()], timeout=seconds, return_when="FIRST_COMPLETED")
        done = [one for one in self._reading.values() if one.future.done()]
        for one in done:
            del self._reading[one.message["id"]]
        return [(one.message, one.future) for one in done]


def read_all(
    images: list[Message], most_pixels: int, left: threading.Event, room: PictureRoom | None = None
) -> list[Picture]:
    """Each with at most that many pixels. Raises `Left` before the next one once that is set: each may take seconds."""
    most = share(most_pixels, len(images))
    pictures = []
    for image in images:
        if left.is_set():
            raise Left
        pictures.append(read_picture(image["path"], image["at"], most, room))
    return pictures


def share(most_pixels: int, pictures: int) -> int:
    """How many pixels each of that many pictures may have."""
    return min(most_pixels, KEPT_TOGETHER // pictures)
