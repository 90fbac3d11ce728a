"""Sound as files of every form and as none, and how windows follow each other.

Run by sound.test.ts in the engine's environment.
"""

import contextlib
import random
import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from messages import RequestFailed
from speech.audio import SAMPLE_RATE, _packets, decode, loud_seconds
from speech.windows import Heard, cut

# File name, FFmpeg's encoder, samples a second.
FORMS = [
    ("a.wav", "pcm_s16le", 44_100),
    ("a.flac", "flac", 48_000),
    ("a.mp3", "libmp3lame", 22_050),
    ("a.m4a", "aac", 44_100),
    ("a.ogg", "libopus", 48_000),
    ("a.webm", "libopus", 48_000),
]


def write_tone(path: Path, codec: str, rate: int, seconds: float = 2.0) -> bytes:
    """A tone on the left, nothing on the right."""
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    left = (np.sin(2 * np.pi * 440 * times) * 16_000).astype(np.int16)
    both = np.stack([left, np.zeros_like(left)], axis=1).reshape(1, -1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="stereo")
        resampler = av.AudioResampler(format=stream.format, layout="stereo", rate=rate)
        frame = av.AudioFrame.from_ndarray(both, format="s16", layout="stereo")
        frame.sample_rate = SAMPLE_RATE
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path.read_bytes()


class Decoding(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "sent"

    def refuse(self, content: bytes, why: str, most: float = 60) -> None:
        self.file.write_bytes(content)
        with self.assertRaisesRegex(RequestFailed, why):
            decode(str(self.file), most)

    def test_every_form_becomes_the_same_sound(self) -> None:
        for name, codec, rate in FORMS:
            with self.subTest(name):
                self.file.write_bytes(write_tone(self.folder / name, codec, rate))
                samples = decode(str(self.file), 60)
                self.assertEqual((samples.dtype, samples.ndim), (np.int16, 1))
                self.assertAlmostEqual(len(samples) / SAMPLE_RATE, 2, delta=0.15)
                # Both sides mixed: half as loud, or by FFmpeg's own weights.
                self.assertAlmostEqual(np.abs(samples.astype(int)).max(), 8_000, delta=3_600)

    def test_what_is_no_sound_is_refused(self) -> None:
        self.refuse(b"", "cannot be read as sound")
        self.refuse(random.Random(1).randbytes(5000), "cannot be read as sound")
        self.refuse(b"hello " * 1000, "cannot be read as sound")

    def test_what_names_other_files_is_refused(self) -> None:
        other = self.folder / "a.wav"
        write_tone(other, "pcm_s16le", 16_000)
        self.refuse(f"#EXTM3U\n#EXTINF:2,\nfile://{other}\n#EXT-X-ENDLIST\n".encode(), "cannot be read as sound")
        self.refuse(f"ffconcat version 1.0\nfile {other}\n".encode(), "cannot be read as sound")
        self.refuse(f"<MPD><BaseURL>file://{other}</BaseURL></MPD>".encode(), "cannot be read as sound")

    def test_a_codec_that_nobody_knows_is_refused(self) -> None:
        content = write_tone(self.folder / "a.webm", "libopus", 48_000)
        self.refuse(content.replace(b"A_OPUS", b"A_OOPS"), "nothing decodes its sound")

    def test_a_rate_that_no_recording_has_is_refused(self) -> None:
        content = write_tone(self.folder / "a.wav", "pcm_s16le", 16_000)
        # RIFF WAVE: the samples a second stand in byte 24.
        for rate in (1, 10**9):
            self.refuse(content[:24] + rate.to_bytes(4, "little") + content[28:], f"states {rate} samples a second")

    def test_a_recording_whose_form_changes_is_heard_to_its_end(self) -> None:
        # As joined files and broadcasts do.
        for name, codec in [("a.mp3", "libmp3lame"), ("a.aac", "aac"), ("a.ts", "aac"), ("a.flac", "flac")]:
            with self.subTest(name):
                parts = [write_tone(self.folder / name, codec, rate) for rate in (44_100, 22_050, 44_100)]
                self.file.write_bytes(b"".join(parts))
                self.assertAlmostEqual(len(decode(str(self.file), 60)) / SAMPLE_RATE, 6, delta=0.5)

    def test_more_than_the_bound_is_refused(self) -> None:
        self.refuse(write_tone(self.folder / "a.wav", "pcm_s16le", 16_000), "longer than 1.5 s", 1.5)

    def test_silence_is_told_from_sound(self) -> None:
        silent = np.full(SAMPLE_RATE, 5, dtype=np.int16)
        loud = silent.copy()
        loud[8_000:9_000] = -32_768
        self.assertEqual([loud_seconds(one) for one in (silent[:0], silent, loud, loud[:8_100])], [0, 0, 0.1, 0.1])

    def test_an_offset_is_no_sound(self) -> None:
        hum = np.full(SAMPLE_RATE + 7, 900, np.int16)
        self.assertEqual(loud_seconds(hum), 0)
        self.assertEqual(loud_seconds(hum[:0]), 0)

    def test_a_stream_that_starts_in_the_middle_costs_nothing_of_the_first(self) -> None:
        whole = write_tone(self.folder / "a.ts", "aac", 44_100)
        # Packets of 188 bytes, whose second and third say what they are of (ISO/IEC 13818-1): two of another program.
        packets = [bytearray(whole[at : at + 188]) for at in range(0, len(whole), 188)]
        for at in (len(packets) // 2, len(packets) // 2 + 1):
            packets[at][1:3] = b"\x41\x2c"
        self.file.write_bytes(b"".join(packets))
        self.assertGreater(len(decode(str(self.file), 60)), SAMPLE_RATE)

        class Container:
            def demux(self, stream: object) -> Iterator[object]:
                yield stream
                raise IndexError

        self.assertEqual(list(_packets(Container(), "packet")), ["packet"])

    def test_damaged_files_are_heard_in_part_or_refused(self) -> None:
        chance = random.Random(7)
        for name, codec, rate in FORMS:
            whole = write_tone(self.folder / name, codec, rate)
            for _ in range(20):
                damaged = bytearray(whole[: chance.randrange(1, len(whole))])
                for _ in range(chance.choice([1, 20])):
                    damaged[chance.randrange(len(damaged))] = chance.randrange(256)
                self.file.write_bytes(damaged)
                with contextlib.suppress(RequestFailed):
                    decode(str(self.file), 60)


class Windows(unittest.TestCase):
    def check(self, chunks: list, expected: list, step: float, *, last: bool = False, silent: bool = False) -> None:
        heard = Heard(chunks, [], ends_silent=silent)
        segments, found = cut(heard, 100, 30, last)
        self.assertEqual([(one.start, one.end, one.text) for one in segments], expected)
        self.assertEqual(found, step)

    def test_a_sentence_that_breaks_off_is_heard_again(self) -> None:
        self.check([(0, 10, "a"), (10, None, "b")], [(100, 110, "a")], 10)

    def test_the_next_window_starts_where_the_last_sentence_ended(self) -> None:
        self.check([(0, 10, "a"), (10, 28, "b")], [(100, 110, "a"), (110, 128, "b")], 28)

    def test_silence_after_the_last_sentence_is_passed_over(self) -> None:
        self.check([(0, 10, "a")], [(100, 110, "a")], 30, silent=True)

    def test_one_long_sentence_is_kept(self) -> None:
        self.check([(0, None, "a")], [(100, 130, "a")], 30)

    def test_one_sentence_that_starts_late_is_heard_again(self) -> None:
        self.check([(20, None, "a")], [], 20)

    def test_nothing_is_passed_over(self) -> None:
        self.check([], [], 30)
        self.check([(0, 0, " ")], [], 30)

    def test_a_window_always_moves_on(self) -> None:
        self.check([(0, 0, "a")], [(100, 100, "a")], 30)
        self.check([(0, 0.2, "a"), (0.2, None, "b")], [(100, 100.2, "a"), (100.2, 130, "b")], 30)

    def test_the_last_window_keeps_all(self) -> None:
        self.check([(0, 10, "a"), (10, None, "b")], [(100, 110, "a"), (110, 130, "b")], 30, last=True)

    def test_words_go_to_the_segment_in_which_they_start(self) -> None:
        words = [(0, 1, " a"), (9.9, 10.5, " b"), (12, 13, " c")]
        segments, _ = cut(Heard([(0.5, 10, "a b"), (10, 20, "c")], words, False), 0, 30, True)
        self.assertEqual([[word["word"] for word in one.words] for one in segments], [[" a", " b"], [" c"]])


unittest.main()
