"""How a long recording is transcribed: window by window, each from the end of the last whole sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

from messages import Message

SECONDS = 30.0
"""The seconds that a Whisper model takes at once."""

# A window that moves on by less contained no whole sentence.
LEAST_STEP = 1.0


@dataclass(slots=True)
class Segment:
    """A few words that belong together; in seconds of the recording."""

    start: float
    end: float
    text: str
    words: list[Message] = field(default_factory=list)

    def message(self) -> Message:
        found: Message = {"start": round(self.start, 2), "end": round(self.end, 2), "text": self.text}
        return found | ({"words": self.words} if self.words else {})


@dataclass(slots=True)
class Heard:
    """The model's text of one window; times in seconds of the window; an end of None: it breaks off."""

    chunks: list[tuple[float, float | None, str]]
    words: list[tuple[float, float, str]]
    ends_silent: bool
    """Whether its last sentence ended, and nothing with a time followed."""


def cut(heard: Heard, at: float, length: float, is_last: bool) -> tuple[list[Segment], float]:
    """The segments of the window at `at`, `length` long, and the distance to the next window.

    As in OpenAI's own program (whisper/transcribe.py), a sentence that the window's end cuts is transcribed again.
    """
    chunks = [chunk for chunk in heard.chunks if chunk[2].strip()]
    step = length
    if not is_last and chunks and not heard.ends_silent:
        start, end, _ = chunks[-1]
        if end is None and start >= LEAST_STEP:
            chunks.pop()
            step = start
        elif end is not None and end >= LEAST_STEP:
            step = end
    segments = [
        Segment(at + start, at + min(length, length if end is None else max(start, end)), text)
        for start, end, text in chunks
    ]
    _give(segments, [word for word in heard.words if word[0] < step or step == length], at)
    return segments, step


def _give(segments: list[Segment], words: list[tuple[float, float, str]], at: float) -> None:
    """Assigns each word to the segment in which it starts."""
    for start, end, text in words:
        word = {"start": round(at + start, 2), "end": round(at + end, 2), "word": text}
        # Times of words and of segments are found in two ways: a word between two segments belongs to the nearest.
        fitting = [one for one in segments if one.start <= at + start]
        if segments:
            (fitting or segments)[-1 if fitting else 0].words.append(word)
