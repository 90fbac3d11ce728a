"""The tokens that mark turns, calls and reasoning, and whether texts can be kept free of them."""

from __future__ import annotations

import re
from typing import Any

from tokenization.prompts import Prompts

# Tokens decoded in one call.
BATCH = 4096
# Such as "<tool_call>" or "[TOOL_CALLS]"; what has a quote in it is code of the template.
MARKUP = re.compile(r"""[<\[][^'"]*[^\W\d_][^'"]*[>\]]""")


class ControlTokens:
    """The control tokens of a model: the special ones of its tokenizer, and others that its chat template writes.

    A tokenizer finds them anywhere in a text.
    """

    def __init__(self, tokenizer: Any, prompts: Prompts, template: str | None) -> None:
        self._tokenizer = tokenizer
        self._prompts = prompts
        special, written = self._find(template or "")
        # Others in the vocabulary are control tokens only if the tokenizer recognises them in a text.
        singles = prompts.encode_pieces([f"a{text} b" for text in written])
        found = {text: token for (text, token), ids in zip(written.items(), singles, strict=True) if token in ids}
        self._ids = special | found
        self.texts = sorted(self._ids)

    def _find(self, template: str) -> tuple[dict[str, int], dict[str, int]]:
        special: dict[str, int] = {}
        written: dict[str, int] = {}
        tokens = sorted(self._tokenizer.get_vocab().values())
        for start in range(0, len(tokens), BATCH):
            part = [[token] for token in tokens[start : start + BATCH]]
            plain = self._tokenizer.decode(part, skip_special_tokens=True)
            shown = self._tokenizer.decode(part, skip_special_tokens=False)
            for (token,), without, text in zip(part, plain, shown, strict=True):
                if text and not without:
                    special[text] = token
                elif MARKUP.fullmatch(text) and text in template:
                    written[text] = token
        return special, written

    def can_cut(self) -> bool:
        """Whether each becomes plain text when it is cut after its first character, with nothing else lost or added.

        False for a tokenizer that adds a space at the start of each text.
        """
        known = set(self._ids.values())
        heads = self._prompts.encode_pieces([f"a{text[:1]}" for text in self.texts])
        tails = self._prompts.encode_pieces([f"{text[1:]} b" for text in self.texts])
        joined = [head + tail for head, tail in zip(heads, tails, strict=True)]
        if not all(known.isdisjoint(ids) for ids in joined):
            return False
        shown = [self._tokenizer.decode(ids, skip_special_tokens=False) for ids in joined]
        return shown == [f"a{text} b" for text in self.texts]
