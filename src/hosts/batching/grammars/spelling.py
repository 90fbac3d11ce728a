"""The tokenizer with which the engine enforces grammars, with a vocabulary that spells text literally.

XGrammar gets the detokenizer's vocabulary unchanged (VocabType::RAW in OpenVINO GenAI). A SentencePiece vocabulary
spells a space as "▁" and a byte as "<0x0A>", so no token matches either, and where a grammar allows no token, the
engine stops enforcing it for the rest of the answer. So it gets another vocabulary; texts are decoded with the model's.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from tokenization.pieces import SPACE, byte_of

NETWORK = "openvino_detokenizer.xml"
WEIGHTS = "openvino_detokenizer.bin"
# A character that no text contains and a JSON string allows; the engine takes an empty entry for a special token.
NEVER = {b"<unk>", b"<s>", b"</s>", b"<pad>", b"<bos>", b"<eos>"}
# More of a constant is no pattern of one character.
PATTERN_BYTES = 8

Span = tuple[int, int]
"""Where a constant starts in the weights, and how many bytes it has."""


@contextmanager
def respelled(model: Path) -> Iterator[Path | None]:
    """A folder with the model's tokenizer whose vocabulary is text, while it is loaded. None: it is text already.

    Raises OSError where there is no room for it.
    """
    weights = respell(model)
    if weights is None:
        yield None
        return
    with TemporaryDirectory(prefix="ov-llm-vocabulary-") as folder:
        for file in model.iterdir():
            if file.suffix in {".json", ".jinja"} or file.name.startswith("openvino_tokenizer") or file.name == NETWORK:
                Path(folder, file.name).symlink_to(file.resolve())
        Path(folder, WEIGHTS).write_bytes(weights)
        yield Path(folder)


def respell(model: Path) -> bytes | None:
    """The detokenizer's weights with a vocabulary of text; None: it is of another kind, or is text already."""
    if not (model / NETWORK).exists():
        return None
    network = ElementTree.parse(model / NETWORK).getroot()
    spans = find_vocabulary(network)
    weights = bytearray((model / WEIGHTS).read_bytes())
    has_bytes = network.find("./layers/layer[@type='ByteFallback']") is not None
    if spans is None or not (has_bytes or has_spaces(network, weights)):
        return None
    begins, ends = (array("i", bytes(weights[at : at + size])) for at, size in spans[:2])
    at, size = spans[2]
    entries = bytes(weights[at : at + size])
    texts = bytearray()
    for index, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        begins[index] = len(texts)
        texts += text_of_entry(entries[begin:end])
        ends[index] = len(texts)
    # No text is longer than its entry, so that all of the network stays as it is.
    for (at, size), data in zip(spans, (begins.tobytes(), ends.tobytes(), bytes(texts)), strict=True):
        weights[at : at + size] = data.ljust(size, b"\0")
    return bytes(weights)


def text_of_entry(entry: bytes) -> bytes:
    if entry in NEVER:
        return b""
    byte = byte_of(entry)
    return entry.replace(SPACE, b" ") if byte is None else byte


def find_vocabulary(network: ElementTree.Element) -> list[Span] | None:
    """The starts, the ends and the characters of the entries, which are inputs 1 to 3 of the operation VocabDecoder."""
    decoder = network.find("./layers/layer[@type='VocabDecoder']")
    if decoder is None:
        return None
    edges = network.findall(f"./edges/edge[@to-layer='{decoder.get('id')}']")
    sources = {edge.get("to-port"): edge.get("from-layer") for edge in edges}
    layers = [network.find(f"./layers/layer[@id='{sources.get(port)}']") for port in ("1", "2", "3")]
    spans = [span_of(layer) for layer in layers if layer is not None]
    known = [span for span in spans if span is not None]
    return known if len(known) == 3 else None


def has_spaces(network: ElementTree.Element, weights: bytearray) -> bool:
    """Whether the network writes spaces for "▁"."""
    spans = [span_of(layer) for layer in network.findall("./layers/layer[@type='Const']")]
    return any(weights[at : at + size] == SPACE for at, size in filter(None, spans) if size <= PATTERN_BYTES)


def span_of(layer: ElementTree.Element) -> Span | None:
    data = layer.find("data")
    place = [] if data is None else [data.get("offset", ""), data.get("size", "")]
    return (
        (int(place[0]), int(place[1])) if len(place) == 2 and all(re.fullmatch(r"\d+", one) for one in place) else None
    )
