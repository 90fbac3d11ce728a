"""Models that write text: `generate` takes requests, steps them together, answers with what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import openvino_genai as genai

from base import Device, Handler
from control import ControlTokens
from grammars import to_config
from held_grammars import HeldGrammars
from language import LanguageModel
from logprobs import to_logprobs
from messages import Message, RequestFailed, failed, last_line
from prefixes import PrefixIndex
from request import Request
from speculation import Speculation
from tokens import Tokens

# Guessing is turned off or on once nothing has run for this long: a request that comes meanwhile waits for a load.
QUIET_SECONDS = 3
# Commands are read between such waits.
WAIT_SECONDS = 0.02

# Grammars that say what an answer starts with.
EXACT = {"const", "ebnf", "regex"}


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


class Text:
    """The generations of one model."""

    capabilities: ClassVar[list[str]] = ["grammar", "logprobs", "special_tokens"]
    # Whether the engine takes a prompt as token ids, so that a part of it may be tokenized apart.
    takes_ids: ClassVar = True

    def __init__(self, load: Message, device: Device) -> None:
        self.device = device.name
        self._opened_with = (load, device)
        self._worked_at = time.monotonic()
        self.model = model = self.load_model(load, device)
        self.tokenizer = model.tokenizer
        self.pieces = model.pieces
        self.running: dict[int, Request] = {}
        self._all_new = False
        self.bytes_per_block = model.pipeline.get_metrics().cache_size_in_bytes
        self.grammars = HeldGrammars(self.pieces.vocabulary_size)
        self.prefixes = PrefixIndex(model.block, model.blocks)
        self.control = self._find_control() if load.get("control_tokens") else None
        tokens = Tokens(model.tokenizer, model.pieces, model.prompts)
        self.operations: dict[str, Handler] = {
            "generate": self.start,
            "tokenize": tokens.tokenize,
            "detokenize": tokens.detokenize,
        }

    def load_model(self, load: Message, device: Device) -> LanguageModel:
        return LanguageModel(load, device)

    def _find_control(self) -> ControlTokens:
        model = self.model
        return ControlTokens(model.tokenizer, model.prompts, model.chat_template)

    def ready(self) -> Message:
        lacking = set() if self.model.holds_grammars else {"grammar"}
        capabilities = [one for one in self.capabilities if one not in lacking]
        ready = {"capabilities": capabilities, **self.model.ready()}
        if self.control is None:
            return ready
        cut = ["cut_prompts"] if self.takes_ids and self.control.can_cut() else []
        return {**ready, "capabilities": [*capabilities, *cut], "control_tokens": self.control.texts}

    @property
    def busy(self) -> bool:
        return self.model.busy or self._must_turn

    @property
    def cache_usage(self) -> float:
        return self.model.cache_usage

    @property
    def expects_more(self) -> bool:
        """One joins the running batch in any step; a first step for one of several costs the others that step."""
        return self._all_new and bool(self.running)

    def start(self, message: Message) -> list[Message]:
        """Takes a request; returns its `started` message."""
        ids = self.model.prompts.encode_prompt(message["prompt"], message["add_special_tokens"], message.get("cut"))
        return self.take(message, ids.data[0].tolist(), lambda config: self.model.add(ids, config))

    def take(self, message: Message, prompt: list[int], add: Callable[[Any], Any]) -> list[Message]:
        """Starts a request whose prompt has these tokens; `add` hands it to the engine."""
        guesses = self._choose_guesses()
        room = self.model.prompts.context_length - len(prompt)
        self._follow_growth()
        cached = self.prefixes.cached_tokens(prompt)
        try:
            config = self.config_of(message, min(message["max_tokens"], room))
            self.model.configure(config, guesses)
            handle = add(config)
        except Exception as error:
            raise RequestFailed("invalid_request", last_line(error)) from error
        self._all_new = self._all_new or not self.running
        self.running[message["id"]] = Request(
            message["id"],
            handle,
            prompt,
            message["logprobs"],
            message["special_tokens"],
            exact=message["grammar"] is not None and message["grammar"]["type"] in EXACT,
            guesses=guesses,
        )
        if message["grammar"] is not None:
            self.grammars.add(message["id"], message["grammar"])
        return [{"type": "started", "id": message["id"], "prompt_tokens": len(prompt), "cached_tokens": cached}]

    def _choose_guesses(self) -> int:
        speculation = self.model.speculation
        return speculation.choose(len(self.running) + 1) if speculation else 0

    @property
    def _must_turn(self) -> bool:
        """Whether guessing is to be turned off or on, which takes another pipeline."""
        speculation = self.model.speculation
        return speculation is not None and speculation.is_due and not self.running and not self.model.busy

    def _turn(self, speculation: Speculation) -> list[Message]:
        report = speculation.turn()
        self.model.open_again(*self._opened_with)
        self.prefixes = PrefixIndex(self.model.block, self.model.blocks)
        return [report]

    def config_of(self, message: Message, max_tokens: int) -> Any:
        sampling = message["sampling"]
        config = self.model.pipeline.get_config()  # a copy; holds the ends in generation_config.json
        config.apply_chat_template = False
        config.max_new_tokens = max_tokens
        config.ignore_eos = message["ignore_eos"]
        if not config.ignore_eos:
            config.stop_token_ids = set(config.stop_token_ids) | self.model.ends
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
        if self.model.grows and self.bytes_per_block:
            size = self.model.pipeline.get_metrics().cache_size_in_bytes
            self.prefixes.capacity = size // self.bytes_per_block

    def cancel(self, request_id: int) -> bool:
        request = self.running.pop(request_id, None)
        if request is None:
            return False
        request.handle.cancel()
        return True

    def step(self) -> list[Message]:
        """One step of all requests: the grammars kept, a `step` message where there is text, then what ended."""
        speculation = self.model.speculation
        if speculation is not None and self._must_turn:
            if time.monotonic() - self._worked_at >= QUIET_SECONDS:
                return self._turn(speculation)
            time.sleep(WAIT_SECONDS)
            return []
        self._worked_at = time.monotonic()
        self._all_new = False
        self.grammars.before_step(self._most_tokens(), self._kv_bytes())
        self.model.pipeline.step()
        moved, ended = self._read()
        waiting = {one.id for one in self._waiting()} - {one.request.id for one in moved}
        self.grammars.after_step(waiting, self._kv_bytes())
        report = [*self.grammars.report(), *self._watch(moved)]
        if not moved:
            return [*report, *ended]
        outputs: list[Message] = []
        for one, text in zip(moved, self._decode(moved), strict=True):
            request = one.request
            output: Message = {"id": request.id, "text": text, "tokens": len(one.ids)}
            if request.logprobs:
                output["logprobs"] = to_logprobs(request, one.text_ids, one.output, self.pieces, text)
            outputs.append(output)
            if one.done:
                ended.append(self._finish(one))
            else:
                request.move_window(self.tokenizer, self.pieces)
        return [*report, {"type": "step", "outputs": outputs}, *ended]

    def _watch(self, moved: list[Moved]) -> list[Message]:
        """What was guessed lately; `moved` before their tokens are taken."""
        speculation = self.model.speculation
        if speculation is None:
            return []
        speculation.saw_step([(one.request.guesses, len(one.ids)) for one in moved if one.request.generated])
        for one in moved:
            if one.done:
                answer = one.request.generated + one.ids
                speculation.saw_answer(one.request.prompt, answer, len(self.running))
        return speculation.report(all(one.done for one in moved) and len(moved) == len(self.running))

    def _waiting(self) -> list[Request]:
        return [request for request in self.running.values() if not request.generated]

    def _most_tokens(self) -> int:
        """How many tokens the next step may compute."""
        waiting = self._waiting()
        prompts = sum(len(request.prompt) for request in waiting)
        guesses = self.model.speculation.guesses if self.model.speculation else 0
        return min(self.model.step_tokens, prompts + (len(self.running) - len(waiting)) * (1 + guesses))

    def _kv_bytes(self) -> int:
        """Of the KV cache's pool where that is a part of this process's heap, and may grow in a step."""
        if not self.model.grows or self.device != "CPU":
            return 0
        return int(self.model.pipeline.get_metrics().cache_size_in_bytes)

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
        """In one call, but where special tokens stay: windows of several lengths are filled up with such tokens."""
        plain = [request for request in requests if not request.special_tokens]
        windows = [request.window(self.pieces) for request in plain]
        texts = dict(zip((one.id for one in plain), self.tokenizer.decode(windows) if plain else [], strict=True))
        for request in requests:
            if request.special_tokens:
                window = request.window(self.pieces)
                texts[request.id] = self.tokenizer.decode(window, skip_special_tokens=False)
        return [texts[request.id] for request in requests]

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
