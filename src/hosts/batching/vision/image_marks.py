"""The places of pictures in a prompt: only at the engine's own tags, whatever else a text contains."""

from __future__ import annotations

import re

from messages import RequestFailed

IMAGE_TAG = re.compile(r"<ov_genai_image_(\d+)>")

# How models mark images in their texts, by `model_type` of config.json (OpenVINO GenAI 2026.4, visual_language/).
# The engine looks for these as well, and reads beyond a picture's embeddings if a text has more of them.
LLAVA = ("<image>",)
QWEN = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
PHI = ("<|image_", "<|endoftext10|>")
MINICPM = ("<image>", "</image>", "<slice>", "</slice>", "<image_id>", "</image_id>", "<unk>")
GEMMA = ("<start_of_image>", "<end_of_image>", "<image_soft_token>", "<audio_soft_token>")
MARKS = {
    "llava": LLAVA,
    "llava-qwen2": LLAVA,
    "llava_next": LLAVA,
    "llava_next_video": (*LLAVA, "<video>"),
    "internvl_chat": (*LLAVA, "<img>", "</img>", "<IMG_CONTEXT>"),
    "phi3_v": PHI,
    "phi4mm": PHI,
    "videochat_flash_qwen": PHI,
    "minicpmv": MINICPM,
    "minicpmo": MINICPM,
    "qwen2_vl": QWEN,
    "qwen2_5_vl": QWEN,
    "qwen3_vl": QWEN,
    "qwen3_5": QWEN,
    "qwen3_5_moe": QWEN,
    "gemma3": GEMMA,
    "gemma3n": GEMMA,
    "gemma4": ("<|image|>", "<|image>", "<image|>", "<|video|>", "<|audio|>"),
}
OTHERS = tuple(dict.fromkeys(mark for marks in MARKS.values() for mark in marks))


class ImageMarks:
    def __init__(self, model_type: str) -> None:
        marks = (*MARKS.get(model_type, OTHERS), "<ov_genai_")
        self._marks = re.compile("|".join(re.escape(mark) for mark in marks))

    def split(self, prompt: str, pictures: int) -> tuple[list[str], list[int]]:
        """The texts between the tags of that many pictures, made harmless, and the picture between each two."""
        if pictures == 0:
            return [self._harmless(prompt)], []
        texts, places = IMAGE_TAG.split(prompt)[::2], [int(index) for index in IMAGE_TAG.findall(prompt)]
        if any(index >= pictures for index in places):
            raise RequestFailed("invalid_request", "The prompt has the tag of an image that was not sent.")
        return [self._harmless(text) for text in texts], places

    def _harmless(self, text: str) -> str:
        return self._marks.sub(lambda found: f"< {found[0][1:]}", text)


def join(texts: list[str], places: list[int]) -> str:
    """A prompt from the results of `split`."""
    return texts[0] + "".join(f"<ov_genai_image_{index}>{text}" for index, text in zip(places, texts[1:], strict=True))
