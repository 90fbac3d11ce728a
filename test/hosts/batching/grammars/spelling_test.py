"""A vocabulary that spells spaces and bytes in SentencePiece's way becomes one of text, for the engine's grammars."""

from __future__ import annotations

import struct
import tempfile
import unittest
from pathlib import Path

from grammars.spelling import respell, respelled

ENTRIES = [
    b"<unk>",
    b"</s>",
    b"<0x0A>",
    b"<0xE9>",
    "▁the".encode(),
    "▁▁".encode(),
    "é".encode(),
    b"<0x0a>",
    b"a_b",
    b"<tool>",
]
TEXTS = [b"", b"", b"\n", b"\xe9", b" the", b"  ", "é".encode(), b"<0x0a>", b"a_b", b"<tool>"]


def write_model(folder: Path, entries: list[bytes], operation: str = "ByteFallback", pattern: bytes = b"x") -> None:
    """A detokenizer as openvino_tokenizers writes it, as far as it is read here."""
    chars = b"".join(entries)
    ends = [sum(map(len, entries[: index + 1])) for index in range(len(entries))]
    begins = [0, *ends[:-1]]
    parts = [struct.pack(f"<{len(ends)}i", *begins), struct.pack(f"<{len(ends)}i", *ends), chars, pattern]
    offsets = [sum(map(len, parts[:index])) for index in range(len(parts))]
    layers = [
        f'<layer id="{index + 2}" name="c" type="Const">'
        f'<data element_type="u8" offset="{at}" size="{len(part)}" /></layer>'
        for index, (at, part) in enumerate(zip(offsets, parts, strict=True))
    ]
    edges = [f'<edge from-layer="{index + 1}" from-port="0" to-layer="9" to-port="{index}" />' for index in (1, 2, 3)]
    layers += ['<layer id="9" name="d" type="VocabDecoder"><data skip_tokens="" /></layer>']
    layers += [f'<layer id="10" name="e" type="{operation}" />']
    text = f'<net name="d"><layers>{"".join(layers)}</layers><edges>{"".join(edges)}</edges></net>'
    (folder / "openvino_detokenizer.xml").write_text(text)
    (folder / "openvino_detokenizer.bin").write_bytes(b"".join(parts))
    for name in ("openvino_tokenizer.xml", "openvino_tokenizer.bin", "tokenizer_config.json", "openvino_model.bin"):
        (folder / name).write_text(name)


def read_entries(weights: bytes, count: int) -> list[bytes]:
    begins = struct.unpack_from(f"<{count}i", weights)
    ends = struct.unpack_from(f"<{count}i", weights, 4 * count)
    chars = weights[8 * count :]
    return [chars[begin:end] for begin, end in zip(begins, ends, strict=True)]


class Spelling(unittest.TestCase):
    def setUp(self) -> None:
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.folder = Path(self.place.name)

    def test_spaces_and_bytes_are_text_and_what_no_text_has_is_empty(self) -> None:
        write_model(self.folder, ENTRIES)
        weights = respell(self.folder)
        assert weights is not None
        self.assertEqual(read_entries(weights, len(ENTRIES)), TEXTS)
        self.assertEqual(len(weights), (self.folder / "openvino_detokenizer.bin").stat().st_size)

    def test_a_vocabulary_without_bytes_is_known_by_the_replacement_of_its_spaces(self) -> None:
        write_model(self.folder, ["▁a".encode()], operation="FuzeRagged", pattern="▁".encode())
        weights = respell(self.folder)
        assert weights is not None
        self.assertEqual(read_entries(weights, 1), [b" a"])

    def test_a_vocabulary_of_text_stays(self) -> None:
        write_model(self.folder, [b" a", "▁".encode()], operation="FuzeRagged")
        self.assertIsNone(respell(self.folder))

    def test_other_detokenizers_and_files_stay(self) -> None:
        self.assertIsNone(respell(self.folder / "model.gguf"))
        (self.folder / "openvino_detokenizer.xml").write_text("<net><layers /><edges /></net>")
        (self.folder / "openvino_detokenizer.bin").write_bytes(b"")
        self.assertIsNone(respell(self.folder))

    def test_the_folder_has_the_tokenizer_without_the_model_and_is_removed(self) -> None:
        write_model(self.folder, ENTRIES)
        with respelled(self.folder) as folder:
            assert folder is not None
            names = sorted(path.name for path in folder.iterdir())
            self.assertEqual((folder / "tokenizer_config.json").read_text(), "tokenizer_config.json")
        networks = [
            "openvino_detokenizer.bin",
            "openvino_detokenizer.xml",
            "openvino_tokenizer.bin",
            "openvino_tokenizer.xml",
        ]
        self.assertEqual(names, [*networks, "tokenizer_config.json"])
        self.assertFalse(folder.exists())


if __name__ == "__main__":
    unittest.main()
