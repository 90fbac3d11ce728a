"""How recordings wait, are heard, left and fail beside the thread that reads commands; run by sound.test.ts.

The pipeline here writes the tokens that a test lets it write.
"""

import json
import tempfile
import threading
import unittest
import wave
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import openvino_genai as genai

from messages import RequestFailed
from speech.transcribe import Speech

RUNNING = genai.StreamingStatus.RUNNING
TIME = 50_364


class Pipeline:
    """Hears "one", as soon as it may write its only token."""

    def __init__(self, path: str, device: str, **options: object) -> None:
        self.options = options
        self.may_write = threading.Event()
        self.started = threading.Event()
        self.texts: list[str] = []
        self.temperatures: list[float] = []

    def get_generation_config(self) -> SimpleNamespace:
        return SimpleNamespace(temperature=0.0)

    def generate(self, samples: object, config: SimpleNamespace, streamer: genai.StreamerBase) -> SimpleNamespace:
        self.started.set()
        self.temperatures.append(config.temperature)
        self.may_write.wait(10)
        text = self.texts.pop(0) if self.texts else " one"
        if text == "broken":
            raise RuntimeError("the device is gone")
        if streamer.write([TIME, 5, TIME + 50]) != RUNNING:
            return SimpleNamespace(texts=[""], chunks=[], words=[], language="en")
        chunk = SimpleNamespace(start_ts=0.0, end_ts=1.0, text=text)
        return SimpleNamespace(texts=[text], chunks=[chunk], words=[], language="en")


class Listening(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        facts = {
            "lang_to_id": {"<|en|>": 1, "<|de|>": 2},
            "alignment_heads": [[0, 0]],
            "no_timestamps_token_id": TIME - 1,
        }
        self.describe({"model_type": "whisper"}, facts)
        with wave.open(str(self.folder / "said.wav"), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes((np.sin(np.arange(16_000)) * 9_000).astype("<i2").tobytes())

    def describe(self, config: dict, facts: dict) -> None:
        (self.folder / "config.json").write_text(json.dumps(config))
        (self.folder / "generation_config.json").write_text(json.dumps(facts))

    def load(self) -> Speech:
        device = SimpleNamespace(name="CPU", properties={})
        return Speech({"path": str(self.folder)}, device, Pipeline)

    def ask(self, speech: Speech, number: int, **options: object) -> None:
        usual = {"task": "transcribe", "language": None, "prompt": None, "temperature": 0, "words": False}
        path = str(self.folder / "said.wav")
        speech.start({"type": "transcribe", "id": number, "path": path, "max_seconds": 60} | usual | options)

    def answers(self, speech: Speech) -> list:
        """All that comes until nothing runs."""
        found = []
        while speech.busy:
            found += speech.step() or []
        return found

    def test_silence_of_the_engine_is_no_sign_of_life_and_a_token_is(self) -> None:
        speech = self.load()
        self.ask(speech, 1)
        self.assertTrue(speech.pipeline.started.wait(10))
        self.assertIsNone(speech.step())
        next(iter(speech._jobs.values())).moved = True
        self.assertEqual([speech.step(), speech.step()], [[], None])
        speech.pipeline.may_write.set()
        segments, finished = self.answers(speech)
        self.assertEqual(segments["segments"], [{"start": 0.0, "end": 1.0, "text": " one"}])
        self.assertEqual(finished, {"type": "finished", "id": 1, "reason": "stop"})

    def test_one_that_is_left_ends_at_its_next_token_and_the_next_one_is_heard(self) -> None:
        speech = self.load()
        self.ask(speech, 1)
        self.ask(speech, 2)
        self.ask(speech, 3)
        self.assertTrue(speech.pipeline.started.wait(10))
        self.assertEqual([speech.cancel(1), speech.cancel(1), speech.cancel(2)], [True, False, True])
        speech.pipeline.may_write.set()
        self.assertEqual([(one["type"], one["id"]) for one in self.answers(speech)], [("segments", 3), ("finished", 3)])

    def test_what_fails_ends_its_own_request(self) -> None:
        speech = self.load()
        speech.pipeline.texts = ["broken"]
        speech.pipeline.may_write.set()
        self.ask(speech, 1)
        self.ask(speech, 2, path=str(self.folder / "config.json"))
        self.ask(speech, 3)
        found = [(one["type"], one["id"], one.get("code")) for one in self.answers(speech)]
        self.assertEqual(found[:2], [("failed", 1, "engine_failed"), ("failed", 2, "invalid_request")])
        self.assertEqual(found[2:], [("segments", 3, None), ("finished", 3, None)])

    def test_a_text_that_repeats_itself_is_written_again(self) -> None:
        speech = self.load()
        speech.pipeline.texts = [" you" * 200]
        speech.pipeline.may_write.set()
        self.ask(speech, 1)
        self.assertEqual(self.answers(speech)[0]["segments"][0]["text"], " one")
        self.assertEqual(speech.pipeline.temperatures, [0.0, 0.4])

    def test_what_a_model_cannot_do_is_refused(self) -> None:
        speech = self.load()
        with self.assertRaisesRegex(RequestFailed, 'does not know the language "tlh"'):
            self.ask(speech, 1, language="tlh")
        self.describe({"model_type": "whisper"}, {})
        english = self.load()
        self.assertEqual(english.ready()["languages"], ["en"])
        for options, why in [({"task": "translate"}, "only English"), ({"words": True}, "cannot time words")]:
            with self.assertRaisesRegex(RequestFailed, why):
                self.ask(english, 1, **options)
        self.describe({"model_type": "wav2vec2"}, {})
        with self.assertRaisesRegex(RequestFailed, 'this one is a "wav2vec2"'):
            self.load()
        (self.folder / "config.json").unlink()
        with self.assertRaisesRegex(RequestFailed, "needs an intact config.json"):
            self.load()


unittest.main()
