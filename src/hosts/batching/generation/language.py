"""A language model in the pipeline that batches requests continuously, and what every operation needs of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openvino_genai as genai

from device import Device
from grammars.structural_tags import to_config
from kind import CONTEXT_DEFAULT
from messages import Message, RequestFailed, last_line
from pipeline.batch import Batch
from pipeline.copies import Opened, open_pipeline
from speculation.guesser import Guesser
from speculation.speculation import Speculation
from tokenization.ends import find_ends
from tokenization.pieces import Pieces
from tokenization.prompts import Prompts

# Tokens per KV block (OpenVINO GenAI documentation, "KV cache"): 32 on CPU, 16 on GPU.
BLOCK_TOKENS = {"CPU": 32}
BLOCK_TOKENS_DEFAULT = 16

# Tokens that one step computes at most, where the load does not say. A longer prefill is split, so that running answers
# continue meanwhile and a cancelled prompt costs at most one part. On a CPU larger parts are no faster (measured);
# a GPU is slow at small ones.
STEP_TOKENS = {"CPU": 256}
STEP_TOKENS_DEFAULT = 2048

Configure = Callable[[Any], None]
"""Adds what every request to a pipeline has to state."""


class LanguageModel:
    """A model in a continuous batching pipeline, loaded and tried with one token."""

    def __init__(self, load: Message, device: Device) -> None:
        self.block = BLOCK_TOKENS.get(device.name, BLOCK_TOKENS_DEFAULT)
        self.step_tokens = load.get("prefill_chunk") or STEP_TOKENS.get(device.name, STEP_TOKENS_DEFAULT)
        opened = self._open(load, device, self.step_tokens)
        device.stages.end("compile")
        self.warning = opened.warning
        self.holds_grammars = opened.holds_grammars
        self.tokenizer = opened.tokenizer
        self.ends = find_ends(Path(load["path"]), self.tokenizer)
        self.chat_template = self.tokenizer.get_original_chat_template() or None
        self.pieces = read_pieces(self.tokenizer)
        device.stages.end("tokenizer")
        self.grows = load["kv_cache_gb"] == 0
        self.batch = Batch(opened.pipeline, self.block, self.grows)
        self._warm_up(self.batch, lambda config: None)
        device.stages.end("warm_up")
        self._prepare_grammars(self.batch, lambda config: None)
        device.stages.end("grammar")
        wish = load.get("speculation")
        self.guesser = self._create_guesser(Speculation(wish), load, device) if wish else None
        limit = load["context_length"] or CONTEXT_DEFAULT
        if not self.grows:
            limit = min(limit, self.batch.blocks * self.block)
        self.prompts = Prompts(self.tokenizer, self.pieces.vocabulary_size, limit)

    def _open(self, load: Message, device: Device, step_tokens: int) -> Opened:
        scheduler = genai.SchedulerConfig()
        scheduler.enable_prefix_caching = True
        scheduler.cache_size = load["kv_cache_gb"]
        scheduler.max_num_seqs = load["max_concurrent"]
        scheduler.max_num_batched_tokens = step_tokens
        return open_pipeline(load, scheduler, device)

    def _create_guesser(self, speculation: Speculation, load: Message, device: Device) -> Guesser:
        # The guesses of all running answers have to fit into one step.
        step_tokens = max(self.step_tokens, load["max_concurrent"] * (1 + speculation.most))

        def open_batch() -> Batch:
            pipeline = self._open(load, speculation.extend(device), step_tokens).pipeline
            batch = Batch(pipeline, self.block, self.grows)
            self._warm_up(batch, lambda config: speculation.configure(config, 1))
            self._prepare_grammars(batch, lambda config: speculation.configure(config, 1))
            return batch

        guesser = Guesser(speculation, self.batch, open_batch, self.add_hello)
        if speculation.at_once:
            guesser.prepare_now()
            device.stages.end("speculation")
        return guesser

    def _warm_up(self, batch: Batch, configure: Configure) -> None:
        """Runs one short request. In the first step, a CPU converts the weights to the layout that it computes with."""
        config = genai.GenerationConfig()
        config.max_new_tokens = 1
        self._run_hello(batch, config, configure)
        batch.measure_cache()

    def _prepare_grammars(self, batch: Batch, configure: Configure) -> None:
        """Makes the engine prepare the vocabulary for grammars now: with a large one that takes a second and more."""
        config = genai.GenerationConfig()
        config.max_new_tokens = 1
        config.structured_output_config = to_config({"type": "regex", "pattern": "[a-z]+"})
        self._run_hello(batch, config, configure)

    def _run_hello(self, batch: Batch, config: Any, configure: Configure) -> None:
        configure(config)
        handle = self.add_hello(batch, config)
        while batch.busy:
            batch.step()
        handle.read_all()

    def add_hello(self, batch: Batch, config: Any) -> Any:
        return batch.add(self.tokenizer.encode("Hello", add_special_tokens=False).input_ids, config)

    @property
    def batches(self) -> list[Batch]:
        guessing = self.guesser.batch if self.guesser else None
        return [self.batch, *([guessing] if guessing else [])]

    @property
    def busy(self) -> bool:
        return any(batch.busy for batch in self.batches)

    @property
    def cache_usage(self) -> float:
        """The share of the KV cache's blocks that running requests hold, 0 to 1; with two caches, the larger share."""
        return max(batch.cache_usage for batch in self.batches)

    def ready(self) -> Message:
        """The part of its `ready` message that is the same for every task."""
        return {
            **({"warning": self.warning} if self.warning else {}),
            "context_length": self.prompts.context_length,
            "chat_template": self.chat_template,
            "bos_token": self.tokenizer.get_bos_token(),
            "eos_token": self.tokenizer.get_eos_token(),
        }


def read_pieces(tokenizer: Any) -> Pieces:
    """A detokenizer that wraps SentencePiece as a whole hides its vocabulary, so no grammar can be enforced."""
    try:
        return Pieces(tokenizer)
    except Exception as error:
        why = f"its tokenizer has no vocabulary that the engine can read: {last_line(error)}"
        advice = "Convert the original model, or fetch a newer conversion"
        raise RequestFailed("model_load_failed", f"The model cannot be served, as {why} {advice}.") from error
