"""A language model in the pipeline that batches requests continuously, and what every operation needs of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import openvino_genai as genai

from base import CONTEXT_DEFAULT, Device
from copies import Opened, open_pipeline
from ends import find_ends
from grammars import to_config
from messages import Message, RequestFailed, last_line
from pieces import Pieces
from prompts import Prompts
from speculation import Speculation

# Tokens per KV block (OpenVINO GenAI documentation, "KV cache"): 32 on CPU, 16 on GPU.
BLOCK_TOKENS = {"CPU": 32}
BLOCK_TOKENS_DEFAULT = 16

# Tokens that one step computes at most, where the load does not say. A longer prefill is split, so that running answers
# go on beside it and a cancelled prompt costs no more than one part. On a CPU larger parts are no faster (measured);
# a GPU is slow at small ones.
STEP_TOKENS = {"CPU": 256}
STEP_TOKENS_DEFAULT = 2048

# Of an answer that is timed, and how many of these.
TIMED_TOKENS = 12
TIMED_PAIRS = 2


class LanguageModel:
    """A model in a continuous batching pipeline, loaded and tried with one token."""

    def __init__(self, load: Message, device: Device) -> None:
        wish = load.get("speculation")
        self.speculation = Speculation(wish) if wish else None
        opened = self._open(load, device)
        device.stages.end("compile")
        self.pipeline, self.warning = opened.pipeline, opened.warning
        self.holds_grammars = opened.holds_grammars
        self.tokenizer = opened.tokenizer
        self.ends = find_ends(Path(load["path"]), self.tokenizer)
        self.chat_template = self.tokenizer.get_original_chat_template() or None
        self.pieces = read_pieces(self.tokenizer)
        device.stages.end("tokenizer")
        self.block = BLOCK_TOKENS.get(device.name, BLOCK_TOKENS_DEFAULT)
        self._next_handle = 0
        self.blocks = self._warm_up()
        """How many blocks the cache has, or had after the first request where it grows."""
        device.stages.end("warm_up")
        self._prepare_grammars()
        device.stages.end("grammar")
        self._measure_guesses()
        self.grows = load["kv_cache_gb"] == 0
        limit = load["context_length"] or CONTEXT_DEFAULT
        if not self.grows:
            limit = min(limit, self.blocks * self.block)
        self.prompts = Prompts(self.tokenizer, self.pieces.vocabulary_size, limit)

    def _open(self, load: Message, device: Device) -> Opened:
        guesses = self.speculation.guesses if self.speculation else 0
        chunk = load.get("prefill_chunk") or STEP_TOKENS.get(device.name, STEP_TOKENS_DEFAULT)
        # The guesses of all running answers have to fit into one step.
        self.step_tokens = max(chunk, load["max_concurrent"] * (1 + guesses)) if guesses else chunk
        scheduler = genai.SchedulerConfig()
        scheduler.enable_prefix_caching = True
        scheduler.cache_size = load["kv_cache_gb"]
        scheduler.max_num_seqs = load["max_concurrent"]
        scheduler.max_num_batched_tokens = self.step_tokens
        return open_pipeline(load, scheduler, self.speculation.extend(device) if self.speculation else device)

    def open_again(self, load: Message, device: Device) -> None:
        """Makes the pipeline again as its speculation now is; what it had cached is lost. Nothing may run."""
        self.pipeline = None
        self.pipeline = self._open(load, device).pipeline
        self.blocks = self._warm_up()
        self._prepare_grammars()

    def _warm_up(self) -> int:
        """Runs one short request; returns how many blocks the cache has.

        The engine allocates its cache at the first request and reports only the share in use: one block's
        share is 1 / blocks. A CPU brings the weights into the form that it computes with in the first step.
        """
        config = genai.GenerationConfig()
        config.max_new_tokens = 1
        self._run_hello(config)
        usage = self.pipeline.get_metrics().cache_usage
        return round(100 / usage) if usage > 0 else 1

    def _prepare_grammars(self) -> None:
        """Makes the engine prepare the vocabulary for grammars now: with a large one that takes a second and more."""
        config = genai.GenerationConfig()
        config.max_new_tokens = 1
        config.structured_output_config = to_config({"type": "regex", "pattern": "[a-z]+"})
        self._run_hello(config)

    def _run_hello(self, config: Any) -> None:
        self.configure(config, 1)
        handle = self.add_hello(config)
        while self.busy:
            self.pipeline.step()
        handle.read_all()

    def _measure_guesses(self) -> None:
        """Finds out what more guesses in a step cost, by a few steps."""
        if self.speculation is None:
            return
        few, many = 1, max(4, self.speculation.most)
        # In turns, because other programs come and go.
        seconds = [(self._time_step(few), self._time_step(many)) for _ in range(TIMED_PAIRS)]
        fewest, most = (min(column) for column in zip(*seconds, strict=True))
        self.speculation.costs.measure((few, fewest), (many, most))

    def _time_step(self, guesses: int) -> float:
        """Seconds of a step with so many guesses, the fastest of a few."""
        config = genai.GenerationConfig()
        config.max_new_tokens = TIMED_TOKENS
        config.ignore_eos = True
        self.configure(config, guesses)
        handle = self.add_hello(config)
        times: list[float] = []
        while self.busy:
            started = time.perf_counter()
            self.pipeline.step()
            times.append(time.perf_counter() - started)
        handle.read_all()
        # The first one computes the prompt, and the last one may guess less.
        return min(times[1:-1], default=times[0])

    def configure(self, config: Any, guesses: int) -> None:
        """Adds what every request to this pipeline has to state."""
        if self.speculation is not None:
            self.speculation.configure(config, guesses)

    def add_hello(self, config: Any) -> Any:
        return self.add(self.tokenizer.encode("Hello", add_special_tokens=False).input_ids, config)

    def add(self, ids: Any, config: Any) -> Any:
        """Adds a request to the batch; returns its handle."""
        return self.add_request(ids, config)

    def add_request(self, *request: Any) -> Any:
        self._next_handle += 1
        return self.pipeline.add_request(self._next_handle, *request)

    @property
    def busy(self) -> bool:
        return bool(self.pipeline.has_non_finished_requests())

    @property
    def cache_usage(self) -> float:
        """The share of the KV cache's blocks that running requests hold, 0 to 1.

        The engine refreshes it in its steps only, in percent. Blocks that it keeps for later prompts count as free.
        """
        return min(1.0, self.pipeline.get_metrics().cache_usage / 100) if self.busy else 0.0

    def ready(self) -> Message:
        """What its `ready` message reports of the model, whatever it is asked for."""
        return {
            **({"warning": self.warning} if self.warning else {}),
            "context_length": self.prompts.context_length,
            "chat_template": self.chat_template,
            "bos_token": self.tokenizer.get_bos_token(),
            "eos_token": self.tokenizer.get_eos_token(),
        }


def read_pieces(tokenizer: Any) -> Pieces:
    """A detokenizer that wraps SentencePiece whole keeps its vocabulary to itself: no grammar can be held by it."""
    try:
        return Pieces(tokenizer)
    except Exception as error:
        why = f"its tokenizer has no vocabulary that the engine can read: {last_line(error)}"
        advice = "Convert the original model, or fetch a newer conversion"
        raise RequestFailed("model_load_failed", f"The model cannot be served, as {why} {advice}.") from error
