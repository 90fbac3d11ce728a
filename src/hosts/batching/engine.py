"""The loaded model: takes requests, steps them together, tells what came of it."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import Any

import openvino as ov
import openvino_genai as genai

from device import choose_device, default_cache_gb
from grammars import to_config
from messages import Message, RequestFailed, failed, last_line
from pieces import Pieces
from prefixes import PrefixIndex
from prompts import Prompts
from request import Request

PROTOCOL = 2

# Tokens per KV block (OpenVINO GenAI documentation, "KV cache"): 32 on CPU, 16 on GPU.
BLOCK_TOKENS = {"CPU": 32}
BLOCK_TOKENS_DEFAULT = 16

# Tokens that one step computes at most. A longer prefill is split, so that running answers go on beside
# it and a cancelled prompt costs no more than one part.
STEP_TOKENS = 256


@dataclass(slots=True)
class Moved:
    """A request and what the last step gave it."""

    request: Request
    ids: list[int]
    output: Any

    @property
    def done(self) -> bool:
        return bool(self.output.finish_reason != genai.GenerationFinishReason.NONE)

    @property
    def text_ids(self) -> list[int]:
        """Without the end-of-text token, which is no part of the answer."""
        return self.ids[:-1] if self.output.finish_reason == genai.GenerationFinishReason.STOP else self.ids


class Engine:
    """The loaded pipeline and what is known of it."""

    def __init__(self, load: Message) -> None:
        self.device = choose_device(load["device"])
        cache_gb = load["kv_cache_gb"]
        if cache_gb is None:
            cache_gb = default_cache_gb()
        scheduler = genai.SchedulerConfig()
        scheduler.enable_prefix_caching = True
        scheduler.cache_size = cache_gb
        scheduler.max_num_seqs = load["max_concurrent"]
        scheduler.max_num_batched_tokens = STEP_TOKENS
        # A compiled-model cache speeds up GPU and NPU loads a lot and does nothing on a CPU.
        properties = {} if self.device == "CPU" else {"CACHE_DIR": load["cache_dir"]}
        properties |= load["properties"]
        self.pipeline = genai.ContinuousBatchingPipeline(load["path"], scheduler, self.device, properties, {})
        self.tokenizer = self.pipeline.get_tokenizer()
        self.pieces = Pieces(self.tokenizer)
        self.block = BLOCK_TOKENS.get(self.device, BLOCK_TOKENS_DEFAULT)
        self.running: dict[int, Request] = {}
        self.next_handle = 0
        blocks = self._warm_up()
        self.grows = cache_gb == 0
        self.bytes_per_block = self.pipeline.get_metrics().cache_size_in_bytes
        self.prefixes = PrefixIndex(self.block, blocks)
        limit = load["context_length"] or 131_072
        if not self.grows:
            limit = min(limit, blocks * self.block)
        self.prompts = Prompts(self.tokenizer, limit)
        self.context_length = self.prompts.context_length

    def _warm_up(self) -> int:
        """Runs one short request; returns how many blocks the cache has.

        The engine allocates its cache at the first request and tells only the share in use: one block's
        share is 1 / blocks. The grammar makes it prepare the vocabulary for grammars now: a second and more.
        """
        ids = self.tokenizer.encode("Hello", add_special_tokens=False).input_ids
        config = genai.GenerationConfig()
        config.max_new_tokens = 1
        config.structured_output_config = to_config({"type": "regex", "pattern": "[a-z]+"})
        handle = self.pipeline.add_request(self._handle_id(), ids, config)
        while self.pipeline.has_non_finished_requests():
            self.pipeline.step()
        handle.read_all()
        usage = self.pipeline.get_metrics().cache_usage
        return round(100 / usage) if usage > 0 else 1

    def _handle_id(self) -> int:
        self.next_handle += 1
        return self.next_handle

    def start(self, message: Message) -> Message:
        """Takes a request; returns its `started` message."""
        ids = self.prompts.encode(message["prompt"])
        prompt = ids.data[0].tolist()
        room = self.context_length - len(prompt)
        self._follow_growth()
        cached = self.prefixes.cached_tokens(prompt)
        try:
            config = self._config(message, min(message["max_tokens"], room))
            handle = self.pipeline.add_request(self._handle_id(), ids, config)
        except Exception as error:
            raise RequestFailed("invalid_request", last_line(error)) from error
        self.running[message["id"]] = Request(
            message["id"], handle, prompt, message["logprobs"], message["special_tokens"]
        )
        return {
            "type": "started",
            "id": message["id"],
            "prompt_tokens": len(prompt),
            "cached_tokens": cached,
        }

    def _config(self, message: Message, max_tokens: int) -> Any:
        sampling = message["sampling"]
        config = self.pipeline.get_config()  # a copy; holds the model's end-of-text tokens
        config.apply_chat_template = False
        config.max_new_tokens = max_tokens
        config.ignore_eos = message["ignore_eos"]
        config.logprobs = 1 if message["logprobs"] else 0
        config.num_return_sequences = 1
        if message["grammar"] is not None:
            config.structured_output_config = to_config(message["grammar"])
        config.repetition_penalty = sampling["repetition_penalty"]
        config.presence_penalty = sampling["presence_penalty"]
        config.frequency_penalty = sampling["frequency_penalty"]
        config.do_sample = sampling["temperature"] > 0
        if config.do_sample:
            config.temperature = sampling["temperature"]
            config.top_p = sampling["top_p"]
            config.min_p = sampling["min_p"]
            config.rng_seed = sampling["seed"]
            config.top_k = sampling["top_k"] or 2**63 - 1
        return config

    def _follow_growth(self) -> None:
        if self.grows and self.bytes_per_block:
            size = self.pipeline.get_metrics().cache_size_in_bytes
            self.prefixes.capacity = size // self.bytes_per_block

    def cancel(self, request_id: int) -> bool:
        request = self.running.pop(request_id, None)
        if request is None:
            return False
        request.handle.cancel()
        return True

    @property
    def busy(self) -> bool:
        return bool(self.pipeline.has_non_finished_requests())

    @property
    def cache_usage(self) -> float:
        """The share of the KV cache's blocks that running requests hold, 0 to 1.

        The engine refreshes it in its steps only, in percent. Blocks that it keeps for later prompts count as free.
        """
        return min(1.0, self.pipeline.get_metrics().cache_usage / 100) if self.busy else 0.0

    def step(self) -> list[Message]:
        """One step of all requests: a `step` message where there is text, then what ended."""
        self.pipeline.step()
        moved, ended = self._read()
        if not moved:
            return ended
        outputs: list[Message] = []
        for one, text in zip(moved, self._decode(moved), strict=True):
            request = one.request
            output: Message = {"id": request.id, "text": text, "tokens": len(one.ids)}
            if request.logprobs:
                output["logprobs"] = self._logprobs(one)
            outputs.append(output)
            if one.done:
                ended.append(self._finish(one))
            else:
                request.move_window(self.tokenizer, self.pieces)
        return [{"type": "step", "outputs": outputs}, *ended]

    def _read(self) -> tuple[list[Moved], list[Message]]:
        """The requests that have new tokens, and the messages of those that the engine gave up."""
        moved: list[Moved] = []
        ended: list[Message] = []
        for request in list(self.running.values()):
            if request.handle.can_read():
                (output,) = request.handle.read().values()
                if not request.generated:
                    self.prefixes.add(request.prompt)
                moved.append(Moved(request, output.generated_ids, output))
            elif request.handle.get_status() != genai.GenerationStatus.RUNNING:
                ended.append(self._out_of_cache(request))
        return moved, ended

    def _decode(self, moved: list[Moved]) -> list[str]:
        """The new text of each. A decode costs more than all the rest of a step here: most tokens do without."""
        texts = [one.request.take(one.text_ids, self.pieces) for one in moved]
        unknown = [one.request for one, text in zip(moved, texts, strict=True) if text is None]
        if not unknown:
            return [text or "" for text in texts]
        decoded = iter(self._decode_windows(unknown))
        return [
            one.request.take_new(next(decoded), one.done, self.pieces) if text is None else text
            for one, text in zip(moved, texts, strict=True)
        ]

    def _decode_windows(self, requests: list[Request]) -> list[str]:
        texts: dict[int, str] = {}
        for keep in (False, True):
            group = [request for request in requests if request.special_tokens == keep]
            windows = [request.window(self.pieces) for request in group]
            if windows:
                decoded = self.tokenizer.decode(windows, skip_special_tokens=not keep)
                texts |= {request.id: text for request, text in zip(group, decoded, strict=True)}
        return [texts[request.id] for request in requests]

    def _logprobs(self, one: Moved) -> list[Message]:
        ids, logprobs = one.text_ids, one.output.generated_log_probs
        if not ids:
            return []
        texts = self.tokenizer.decode([[token] for token in ids], skip_special_tokens=False)
        return [{"token": text, "logprob": logprob} for text, logprob in zip(texts, logprobs, strict=False)]

    def _finish(self, one: Moved) -> Message:
        request, reason = one.request, one.output.finish_reason
        del self.running[request.id]
        self.prefixes.add(request.prompt + request.generated)
        name = "length" if reason == genai.GenerationFinishReason.LENGTH else "stop"
        return {"type": "finished", "id": request.id, "reason": name}

    def _out_of_cache(self, request: Request) -> Message:
        """The engine gives up a request that outgrows its cache, with no reason but its status."""
        del self.running[request.id]
        return failed(
            request.id,
            "kv_cache_exhausted",
            "The model's KV cache has no room for this request: set OV_KV_CACHE_GB higher.",
        )

    def ready(self) -> Message:
        core = ov.Core()
        return {
            "type": "ready",
            "protocol": PROTOCOL,
            "engine": "batching",
            "device": self.device,
            "device_name": str(core.get_property(self.device, "FULL_DEVICE_NAME")).strip(),
            "context_length": self.context_length,
            "chat_template": self.tokenizer.get_original_chat_template() or None,
            "bos_token": self.tokenizer.get_bos_token(),
            "eos_token": self.tokenizer.get_eos_token(),
            "capabilities": ["grammar", "logprobs", "special_tokens"],
            "versions": {
                "python": platform.python_version(),
                "openvino": ov.get_version(),
                "openvino_genai": genai.get_version(),
            },
        }
