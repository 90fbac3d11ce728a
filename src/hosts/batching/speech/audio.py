"""Decodes sound files to the samples that a speech model takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np

from messages import RequestFailed

SAMPLE_RATE = 16_000
"""Samples per second, the same for every model that is served."""

# Samples per second of a recording. Resampling from a billion takes a gigabyte and half a minute; at one, a few
# bytes would be hours of sound.
LEAST_RATE, MOST_RATE = 1_000, 768_000

# Quieter than any recording: in such sound a model invents words.
SILENCE = 16

# The demuxers of what people record and share. Others are left out because they open what a file names: playlists
# (hls, concat, dash) would read files of this machine or fetch from others.
FORMATS = (
    "wav,w64,flac,mp3,aac,mov,mp4,m4a,3gp,3g2,mj2,ogg,matroska,webm,matroska\\,webm,mov\\,mp4\\,m4a\\,3gp\\,3g2\\,mj2,"
    "aiff,au,caf,amr,asf,avi,mpegts"
)


def decode(path: str, max_seconds: float, look: Callable[[], None] = lambda: None) -> Any:
    """All of the first sound track: int16, mono, SAMPLE_RATE. Damaged parts are left out, as players do.

    `look` is called repeatedly, and ends the decoding by raising. Raises RequestFailed if nothing can be read, or
    if the sound is longer than `max_seconds`.
    """
    samples = bytearray()
    try:
        # Passed as an open file, so that FFmpeg opens none itself.
        with (
            Path(path).open("rb") as file,
            av.open(file, mode="r", metadata_errors="ignore", options={"format_whitelist": FORMATS}) as container,
        ):
            if not container.streams.audio:
                raise unreadable("it has no sound")
            # PyAV crashes on a packet of such a stream.
            if container.streams.audio[0].codec_context is None:
                raise unreadable("nothing decodes its sound")
            for frame in _frames(container):
                look()
                samples += frame.to_ndarray().tobytes()
                if len(samples) > 2 * max_seconds * SAMPLE_RATE:
                    raise too_long(max_seconds)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise unreadable(_reason(error)) from error
    if not samples:
        raise unreadable("it holds no sound")
    return np.frombuffer(samples, dtype=np.int16)


def _frames(container: Any) -> Any:
    stream = container.streams.audio[0]
    resampler, form = _resampler(), None
    for packet in _packets(container, stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            if not LEAST_RATE <= frame.sample_rate <= MOST_RATE:
                raise unreadable(f"it states {frame.sample_rate} samples a second")
            # The resampler refuses a stream whose time stamps jump, or whose form changes: joined files, broadcasts.
            frame.pts = None
            changed = (frame.sample_rate, frame.layout.name, frame.format.name)
            if form not in (None, changed):
                yield from resampler.resample(None)
                resampler = _resampler()
            form = changed
            yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _resampler() -> Any:
    return av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)


def _packets(container: Any, stream: Any) -> Any:
    """PyAV may fail after the last packet if another stream has started in the middle of a file (mpegts)."""
    try:
        yield from container.demux(stream)
    except IndexError:
        return


def loud_seconds(samples: Any) -> float:
    """How much of it is not silence, in tenths of a second. A constant offset is silence."""
    if len(samples) == 0:
        return 0.0
    tenth = SAMPLE_RATE // 10
    padded = np.zeros(-(-len(samples) // tenth) * tenth, dtype=np.int32)
    padded[: len(samples)] = samples - np.median(samples)
    return float((np.abs(padded.reshape(-1, tenth)).max(axis=1) > SILENCE).sum()) / 10


def to_floats(samples: Any) -> Any:
    """From -1 to 1, as the engine takes them."""
    return samples.astype(np.float32) / 32_768


def unreadable(why: str) -> RequestFailed:
    return RequestFailed(
        "invalid_request", f"The file cannot be read as sound: {why}. Send wav, flac, mp3, m4a, ogg or webm.", "file"
    )


def too_long(max_seconds: float) -> RequestFailed:
    return RequestFailed(
        "invalid_request",
        f"The sound is longer than {max_seconds:g} s: send it in parts, or raise OV_MAX_AUDIO_SECONDS on the server.",
        "file",
    )


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return text[:1].lower() + text[1:] if text else type(error).__name__
