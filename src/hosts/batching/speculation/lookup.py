"""What the engine's prompt lookup would have guessed of an answer that is known."""

from __future__ import annotations

# Only so many of a prompt's last tokens are looked at: it costs time between steps.
PROMPT_TOKENS = 4096


def try_lookup(prompt: list[int], answer: list[int], most: int, longest: int) -> list[int]:
    """How many of its steps would have had no right guess, one, …, `most`.

    The engine's rule: of the longest run at the end that stood before, where it stood first, what followed it there
    (OpenVINO GenAI, continuous_batching_for_prompt_lookup.cpp).
    """
    tokens = prompt[-PROMPT_TOKENS:] + answer
    at = len(tokens) - len(answer)
    ends: dict[tuple[int, ...], int] = {}
    known = 1
    rights = [0] * (most + 1)
    while at < len(tokens):
        # Runs that end before the last token.
        for end in range(known, at):
            for size in range(1, min(longest, end) + 1):
                ends.setdefault(tuple(tokens[end - size : end]), end)
        known = max(known, at)
        right = count_right(tokens, at, find(tokens, at, ends, longest), most)
        rights[right] += 1
        at += right + 1
    return rights


def find(tokens: list[int], at: int, ends: dict[tuple[int, ...], int], longest: int) -> int | None:
    """Where the guesses start."""
    for size in range(min(longest, at // 2), 0, -1):
        end = ends.get(tuple(tokens[at - size : at]))
        if end is not None:
            return end
    return None


def count_right(tokens: list[int], at: int, start: int | None, most: int) -> int:
    if start is None:
        return 0
    right = 0
    while right < most and start + right < at and at + right < len(tokens):
        if tokens[start + right] != tokens[at + right]:
            break
        right += 1
    return right
