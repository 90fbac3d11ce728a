"""Which tokens end an answer, by a model's files and its tokenizer."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

from tokenization.ends import find_ends

CASES = {
    "an id": ('{"eos_token_id": 5}', None, 2, {2, 5}),
    "a list": ('{"eos_token_id": [5, 6]}', '{"eos_token_id": 7}', 2, {2, 5, 6}),
    "none in the first file": ('{"eos_token_id": null}', '{"eos_token_id": [7, 8]}', 2, {2, 7, 8}),
    "of a model that sees": (None, '{"text_config": {"eos_token_id": [9]}}', 2, {2, 9}),
    "the tokenizer's alone": (None, None, 2, {2}),
    "none at all": (None, "{}", -1, set()),
    "what is no id": ('{"eos_token_id": [true, "3", -1, 4]}', "[]", -1, {4}),
    "files that are none of JSON": ("{", "5", 2, {2}),
}


class Ends(unittest.TestCase):
    def test_ends(self) -> None:
        for name, (generation, config, own, expected) in CASES.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as place:
                for file, text in (("generation_config.json", generation), ("config.json", config)):
                    if text is not None:
                        Path(place, file).write_text(text)
                tokenizer = SimpleNamespace(get_eos_token_id=lambda own=own: own)
                self.assertEqual(find_ends(Path(place), tokenizer), expected)

    def test_a_file_has_no_files_beside_it(self) -> None:
        tokenizer = SimpleNamespace(get_eos_token_id=lambda: 3)
        self.assertEqual(find_ends(Path("/nowhere/model.gguf"), tokenizer), {3})


if __name__ == "__main__":
    unittest.main()
