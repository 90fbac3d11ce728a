"""What the host makes of the files that claim to be images."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import threading
import tracemalloc
import unittest
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from PIL import Image, ImageFilter
from PIL.PngImagePlugin import PngInfo

from messages import RequestFailed
from vision.image_grid import Bounds, find_grid, read_bounds
from vision.image_tokens import ImageTokens, to_pixels_each
from vision.picture_room import PictureRoom
from vision.pictures import (
    KEPT_PIXELS,
    KEPT_TOGETHER,
    Left,
    PictureReader,
    read_all,
    read_picture,
    share,
    shrink,
    widen,
)

RED = (255, 0, 0)


class Pictures(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def read(self, image: Any, form: str = "PNG", **options: Any) -> Any:
        data = io.BytesIO()
        image.save(data, form, **options)
        return self.read_bytes(data.getvalue()).pixels

    def read_bytes(self, data: bytes) -> Any:
        path = self.folder / "image"
        path.write_bytes(data)
        return read_picture(str(path), "messages[0]")

    def first(self, pixels: Any) -> list[int]:
        return [int(value) for value in pixels[0, 0, 0]]

    def test_every_form(self) -> None:
        image = Image.new("RGB", (8, 6), RED)
        for form, options in (("PNG", {}), ("JPEG", {"quality": 95}), ("WEBP", {"lossless": True}), ("GIF", {})):
            with self.subTest(form):
                pixels = self.read(image, form, **options)
                self.assertEqual((pixels.shape, pixels.dtype), ((1, 6, 8, 3), np.uint8))
                np.testing.assert_allclose(self.first(pixels), RED, atol=4)

    def test_one_whose_decoder_takes_much_has_fewer_pixels(self) -> None:
        for form, mode, options, side in (
            ("WEBP", "RGB", {"lossless": True}, 56),
            ("JPEG", "CMYK", {"progressive": True, "subsampling": 0}, 73),
            ("JPEG", "RGB", {"progressive": True, "subsampling": 0}, 82),
            ("JPEG", "RGB", {"progressive": True, "subsampling": 2}, 100),
            ("JPEG", "CMYK", {}, 100),
            ("PNG", "RGBA", {}, 100),
        ):
            with (
                self.subTest(form, mode=mode, options=options),
                patch("vision.pictures.MOST_BYTES", 51_200),
                patch("vision.pictures.MOST_PIXELS", 10_000),
            ):
                self.read(Image.new(mode, (side, side)), form, **options)
                with self.assertRaisesRegex(RequestFailed, f"{side + 1} x {side + 1} pixels"):
                    self.read(Image.new(mode, (side + 1, side + 1)), form, **options)

    def test_the_text_of_a_png_changes_nothing(self) -> None:
        text = PngInfo()
        text.add_text("progressive", "1")
        self.assertEqual(self.read(Image.new("RGB", (8, 6)), pnginfo=text).shape, (1, 6, 8, 3))

    def test_is_made_as_small_as_the_model_needs(self) -> None:
        path = self.folder / "image"
        Image.new("RGB", (400, 100), RED).save(path, "PNG")
        picture = read_picture(str(path), "messages[0]", 10_000)
        self.assertEqual((picture.size, self.first(picture.pixels)), ((200, 50), list(RED)))

    def test_every_mode(self) -> None:
        deep = Image.fromarray(np.full((4, 4), 0x80FF, np.uint16))
        cases = {
            "palette": (Image.new("RGB", (4, 4), RED).quantize(2), list(RED)),
            "grey": (Image.new("L", (4, 4), 77), [77, 77, 77]),
            "one bit": (Image.new("1", (4, 4), 1), [255, 255, 255]),
            "16 bits": (deep, [128, 128, 128]),
            "transparent": (Image.new("RGBA", (4, 4), (255, 0, 0, 0)), [255, 255, 255]),
            "half transparent": (Image.new("RGBA", (4, 4), (255, 0, 0, 128)), [255, 127, 127]),
            "grey and transparent": (Image.new("LA", (4, 4), (0, 0)), [255, 255, 255]),
        }
        for name, (image, colour) in cases.items():
            with self.subTest(name):
                np.testing.assert_allclose(self.first(self.read(image)), colour, atol=1)
                small = read_picture(str(self.folder / "image"), "messages[0]", 4)
                self.assertEqual(small.size, (2, 2))
                np.testing.assert_allclose(self.first(small.pixels), colour, atol=1)

    def test_is_made_smaller_without_a_seam(self) -> None:
        for mode in ("RGB", "RGBA", "L", "P"):
            for size, most in (((500, 400), 40_000), ((600, 420), 1600)):
                with self.subTest(mode=mode, most=most), patch("vision.pictures.BAND_PIXELS", 20_000):
                    image = Image.effect_noise(size, 80).filter(ImageFilter.GaussianBlur(9)).convert(mode)
                    if mode == "RGBA":
                        image.putalpha(Image.linear_gradient("L").resize(size))
                    white = Image.new("RGBA", size, "white")
                    whole = Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
                    small = shrink(image, most)
                    expected = np.asarray(whole.resize(small.size, Image.Resampling.LANCZOS), np.int16)
                    self.assertLessEqual(np.abs(np.asarray(small, np.int16) - expected).max(), 3)

    def test_a_large_one_is_in_memory_once(self) -> None:
        path = self.folder / "image"
        side = 5000
        Image.new("RGBA", (side, side), (255, 0, 0, 128)).save(path, "PNG", compress_level=1)
        script = (
            "import sys\n"
            "from vision.pictures import read_picture\n"
            "def most(): return int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) * 1024\n"
            "before = most(); read_picture(sys.argv[1], 'x', 1_000_000); print(most() - before)"
        )
        command = [sys.executable, "-c", script, str(path)]
        taken = int(subprocess.run(command, capture_output=True, check=True).stdout)
        self.assertLess(taken, 1.9 * 4 * side * side)

    def test_deep_grey_takes_a_few_bytes_a_pixel(self) -> None:
        deep = Image.fromarray(np.full((1000, 1000), 0x80FF, np.uint16))
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        self.assertEqual(widen(deep).getpixel((0, 0)), 0x80)
        self.assertLess(tracemalloc.get_traced_memory()[1], 7_000_000)

    def test_many_share_the_pixels_that_a_request_may_have(self) -> None:
        self.assertEqual([share(KEPT_PIXELS, count) for count in (1, 5)], [KEPT_PIXELS] * 2)
        self.assertLessEqual(64 * share(KEPT_PIXELS, 64), KEPT_TOGETHER)
        path = self.folder / "image"
        Image.new("RGB", (3000, 3000), RED).save(path, "PNG")
        pictures = read_all([{"path": str(path), "at": "messages[0]"}] * 8, KEPT_PIXELS, threading.Event())
        self.assertLessEqual(sum(one.pixels.size for one in pictures), 3 * KEPT_TOGETHER)

    def test_the_rest_is_not_read_for_a_client_that_has_left(self) -> None:
        left = threading.Event()
        left.set()
        with self.assertRaises(Left):
            read_all([{"path": "/nonexistent", "at": "messages[0]"}], KEPT_PIXELS, left)

    def test_a_large_one_is_decoded_while_none_is_encoded(self) -> None:
        for side, waits in ((4000, True), (40, False)):
            with self.subTest(side=side):
                path = self.folder / "image"
                Image.new("L", (side, side)).save(path, "PNG")
                room = PictureRoom()
                reader = PictureReader(room)
                with room.encoding(True) as may:
                    self.assertTrue(may)
                    reader.add({"id": 1, "images": [{"path": str(path), "at": "messages[0]"}]})
                    self.assertEqual(reader.take(0.5 if waits else 60) == [], waits)
                if waits:
                    self.assertEqual(len(reader.take(60)), 1)

    def test_one_whose_format_takes_much_memory_is_decoded_while_none_is_encoded(self) -> None:
        path = self.folder / "image"
        Image.new("RGB", (2200, 2200)).save(path, "WEBP")
        room = PictureRoom()
        reader = PictureReader(room)
        with room.encoding(True):
            reader.add({"id": 1, "images": [{"path": str(path), "at": "messages[0]"}]})
            self.assertEqual(reader.take(0.5), [])
        self.assertEqual(len(reader.take(60)), 1)

    def test_none_is_encoded_while_a_large_one_is_decoded_but_before_the_next(self) -> None:
        path = self.folder / "image"
        Image.new("L", (4000, 4000)).save(path, "PNG")
        started, go_on = threading.Semaphore(0), threading.Semaphore(0)

        def slow(_image: Any, _most_pixels: int) -> Any:
            started.release()
            go_on.acquire()
            return Image.new("RGB", (2, 2))

        room = PictureRoom()
        reader = PictureReader(room)
        with patch("vision.pictures.shrink", slow):
            reader.add({"id": 1, "images": [{"path": str(path), "at": "messages[0]"}] * 2})
            started.acquire()
            with room.encoding(True) as may:
                self.assertFalse(may)
            with room.encoding(False) as may:
                self.assertFalse(may)
            with room.encoding(True) as may:
                self.assertFalse(may)
            go_on.release()
            # The second one waits for what wants to be encoded.
            with room.encoding(True, 60) as may:
                self.assertTrue(may)
                self.assertFalse(started.acquire(timeout=0.1))
            started.acquire()
            go_on.release()
            self.assertEqual(len(reader.take(60)), 1)

    def test_cmyk(self) -> None:
        pixels = self.read(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", quality=95)
        np.testing.assert_allclose(self.first(pixels), RED, atol=8)

    def test_orientation(self) -> None:
        image = Image.new("RGB", (4, 2), "white")
        image.putpixel((0, 0), RED)
        exif = Image.Exif()
        exif[0x0112] = 6  # To be turned a quarter to the right.
        pixels = self.read(image, "PNG", exif=exif)
        self.assertEqual(pixels.shape, (1, 4, 2, 3))
        self.assertEqual([int(value) for value in pixels[0, 0, 1]], list(RED))

    def test_the_first_frame(self) -> None:
        frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
        pixels = self.read(frames[0], "GIF", save_all=True, append_images=frames[1:])
        self.assertEqual(self.first(pixels), list(RED))

    def test_a_large_one_is_made_smaller_and_still_turned(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        for form in ("PNG", "JPEG"):
            with self.subTest(form):
                pixels = self.read(Image.new("RGB", (6000, 3000), RED), form, exif=exif)
                _, height, width, _ = pixels.shape
                self.assertLessEqual(height * width, KEPT_PIXELS)
                self.assertAlmostEqual(height / width, 2, places=2)

    def test_the_same_pixels_have_the_same_key(self) -> None:
        def key(colour: str) -> int:
            data = io.BytesIO()
            Image.new("RGB", (4, 4), colour).save(data, "PNG")
            number: int = self.read_bytes(data.getvalue()).key
            return number

        self.assertEqual(key("red"), key("red"))
        self.assertNotEqual(key("red"), key("blue"))

    def test_what_is_no_image_is_refused_by_its_place(self) -> None:
        whole = io.BytesIO()
        Image.effect_noise((64, 64), 50).save(whole, "PNG")
        tiff = io.BytesIO()
        Image.new("RGB", (4, 4)).save(tiff, "TIFF")
        cases = {
            "nothing": b"",
            "text": b"hello",
            "a cut image": whole.getvalue()[:500],
            "another form": tiff.getvalue(),
        }
        for name, data in cases.items():
            with self.subTest(name), self.assertRaises(RequestFailed) as caught:
                self.read_bytes(data)
            self.assertEqual(caught.exception.code, "invalid_request")
            self.assertIn('"messages[0]"', str(caught.exception))
            self.assertNotIn(str(self.folder), str(caught.exception))


class Tokens(unittest.TestCase):
    def test_grow_with_pixels_or_not(self) -> None:
        # Qwen2.5-VL has one for each 28 x 28 pixels; LLaVA-NeXT takes tiles.
        self.assertAlmostEqual(to_pixels_each([4, 299, 224]) or 0, 787, delta=1)
        self.assertIsNone(to_pixels_each([1176, 2144, 1968]))
        self.assertIsNone(to_pixels_each([256, 256, 256]))

    def test_of_a_grid_are_known_by_the_picture_s_size(self) -> None:
        counts = {(56, 56): 4, (640, 360): 299, (200, 900): 224}
        grid = find_grid(counts, Bounds(3136, 240_000))
        assert grid is not None
        self.assertEqual((grid.side, grid.around), (28, 0))
        # Half a square counts as a whole one.
        self.assertEqual([grid.count(size) for size in ((280, 280), (294, 280), (293, 280))], [100, 110, 100])
        # What the model scales is counted by a trial.
        self.assertEqual([grid.count(size) for size in ((30, 30), (800, 800))], [None, None])

    def test_of_no_grid_are_measured(self) -> None:
        wide = Bounds(1, 10_000_000)
        tiles = {(56, 56): 1176, (640, 360): 2144, (200, 900): 1968}
        self.assertIsNone(find_grid(tiles, wide))
        # One size explains nothing.
        self.assertIsNone(find_grid({(56, 56): 4, (640, 360): 299, (200, 900): 224}, Bounds(1, 4000)))

    def test_of_a_grid_take_no_trial(self) -> None:
        engine = CountingEngine(28)
        tokens = ImageTokens(engine.add, lambda: None, Bounds(3136, 10_000_000))
        self.assertEqual(engine.pictures, 3)
        self.assertEqual(tokens.get((280, 140)), 50)
        self.assertIsNone(tokens.get((30, 30)))
        tokens.measure((280, 140))
        self.assertEqual(engine.pictures, 3)

    def test_bounds_are_read_under_either_name(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        cases = (
            ({"min_pixels": 4, "max_pixels": 90}, Bounds(4, 90)),
            ({"size": {"shortest_edge": 5, "longest_edge": 80}}, Bounds(5, 80)),
            ({"min_pixels": 4, "max_pixels": 90, "size": {"shortest_edge": 5, "longest_edge": 80}}, Bounds(5, 80)),
            ({"size": {"height": 56, "width": 56}}, None),
        )
        for config, bounds in cases:
            (folder / "preprocessor_config.json").write_text(json.dumps(config))
            self.assertEqual(read_bounds(folder), bounds)
        self.assertIsNone(read_bounds(folder / "nowhere"))


class CountingEngine:
    """An engine whose model makes a token of each square of that side."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.pictures = 0

    def add(self, _prompt: str, images: list[Any]) -> Any:
        self.pictures += 1
        _, height, width, _ = images[0].shape
        return Counted(round(width / self.side) * round(height / self.side))


class Counted:
    def __init__(self, count: int) -> None:
        self.count = count

    def stop(self) -> None:
        pass

    def get_perf_metrics(self) -> Any:
        return self

    def get_num_input_tokens(self) -> int:
        return self.count


if __name__ == "__main__":
    unittest.main()
