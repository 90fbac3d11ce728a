"""Models that write text: `generate` takes requests, steps them together, answers with what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import openvino_genai as genai

from arrivals import MOMENT, Arrivals
from device import Device
from generation.decoder import Decoder
from generation.generation_config import configure
from generation.language import LanguageModel
from generation.logprobs import to_logprobs
from generation.request import Request
from grammars.held_grammars import HeldGrammars
from kind import Handler
from messages import Message, RequestFailed, failed, last_line
from pipeline.batch import Batch
from speculation.guesser import Guesser
from speculation.odds import Running
from tokenization.control import ControlTokens
from tokenization.tokens import Tokens

# Grammars that say what an answer starts with.
EXACT = {"const", "ebnf", "regex"}

# The engine's own objects take ten times as long to compare.
GOES_ON = genai.GenerationFinishReason.NONE.value
STOPPED = genai.GenerationFinishReason.STOP.value


@dataclass(slots=True)
class Moved:
    """A request and what the last step gave it."""

    request: Request
    ids: list[int]
    text_ids: list[int]
    """Without the end-of-text token, which is no part of the answer."""
    done: bool
    output: Any
    guesses: int
    """How many tokens were guessed for it."""


class Text:
    """The generations of one model."""

    capabilities: ClassVar[list[str]] = ["grammar", "logprobs", "special_tokens"]
    # Whether the engine takes a prompt as token ids, so that a part of it may be tokenized apart.
    takes_ids: ClassVar = True

    def __init__(self, load: Message, device: Device) -> None:
        self.device = device.name
        self.model = model = self.load_model(load, device)
        self.tokenizer = model.tokenizer
        self.pieces = model.pieces
        self.running: dict[int, Request] = {}
        self._has_prompts = False
        """Whether a request may have no token yet."""
        self._has_cancelled = False
        """Whether a cancelled request is in a batch: it leaves in the next step."""
        self._arrivals = Arrivals()
        self._decoder = Decoder(model.tokenizer, model.pieces)
        self.grammars = HeldGrammars(self.pieces.vocabulary_size)
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
        return bool(self.running) or self.model.busy or (self.model.guesser is not None and self.model.guesser.wanted)

    @property
    def cache_usage(self) -> float:
        return self.model.cache_usage

    @property
    def patience(self) -> float:
        if self.running:
            return MOMENT if self._arrivals.expects_more else 0.0
        return self.model.guesser.patience if self.model.guesser and self._may_prepare else 0.0

    @property
    def _may_prepare(self) -> bool:
        """Whether no request is in a batch but the guesser's own."""
        guesser = self.model.guesser
        free = not self.running and not self._has_cancelled
        return guesser is not None and free and (guesser.works or not self.model.busy)

    def start(self, message: Message) -> list[Message]:
        """Takes a request; returns its `started` message."""
        ids = self.model.prompts.encode_prompt(message["prompt"], message["add_special_tokens"], message.get("cut"))
        return self.take(message, ids.data[0].tolist(), lambda batch, config: batch.add(ids, config))

    def take(self, message: Message, prompt: list[int], add: Callable[[Batch, Any], Any]) -> list[Message]:
        """Starts a request whose prompt has these tokens; `add` hands it to the engine."""
        max_tokens = min(message["max_tokens"], self.model.prompts.context_length - len(prompt))
        samples = message["sampling"]["temperature"] > 0
        batch, guesses = self._choose(prompt, max_tokens, samples)
        cached = batch.cached_tokens(prompt)
        try:
            config = self.config_of(message, max_tokens)
            if self.model.guesser and guesses:
                self.model.guesser.speculation.configure(config, guesses)
            handle = add(batch, config)
        except Exception as error:
            raise RequestFailed("invalid_request", last_line(error)) from error
        self._arrivals.came(len(self.running))
        self._has_prompts = True
        self.running[message["id"]] = Request(
            message["id"],
            handle,
            batch,
            prompt,
            message["logprobs"],
            message["special_tokens"],
            exact=message["grammar"] is not None and message["grammar"]["type"] in EXACT,
            samples=samples,
            lengths=message.get("lengths", False),
            guesses=guesses,
            rights=[0] * (guesses + 1),
        )
        if message["grammar"] is not None:
            # Each pipeline keeps its own.
            self.grammars.add(message["id"], {**message["grammar"], "guesses": guesses > 0})
        return [{"type": "started", "id": message["id"], "prompt_tokens": len(prompt), "cached_tokens": cached}]

    def _choose(self, prompt: list[int], max_tokens: int, samples: bool) -> tuple[Batch, int]:
        """Where a request is to run, and how many tokens are guessed in each of its steps."""
        guesser = self.model.guesser
        if guesser is None:
            return self.model.batch, 0
        guesser.make_way()
        guesses = tuple(request.guesses for request in self.running.values() if request.guesses)
        chosen = guesser.choose(Running(len(self.running) - len(guesses), guesses), prompt, max_tokens, samples)
        return (guesser.batch, chosen) if guesser.batch and chosen else (self.model.batch, 0)

    def config_of(self, message: Message, max_tokens: int) -> Any:
        """The engine's configuration of a request, for the pipeline that takes it."""
        return configure(self.model.batch.pipeline.get_config(), message, max_tokens, self.model.ends)

    def cancel(self, request_id: int) -> bool:
        request = self.running.pop(request_id, None)
        if request is None:
            return False
        request.handle.cancel()
        self._has_cancelled = True
        return True

    def step(self) -> list[Message]:
        """One step of all requests: the grammars kept, a `step` message where there is text, then what ended."""
        guesser = self.model.guesser
        if guesser is not None:
            if self._may_prepare and guesser.wanted:
                return guesser.prepare()
            guesser.rest()
        self._arrivals.stepped()
        self._has_cancelled = False
        # Grammars are compiled in these steps alone.
        has_prompts = self._has_prompts
        if has_prompts:
            opening = guesser is not None and guesser.opening
            self.grammars.before_step(self._most_tokens(), self._kv_bytes(), opening)
        self.model.batch.step()
        lost = self._step_guesser(guesser) if guesser else []
        moved, given_up = self._read()
        ended = [*lost, *given_up]
        report = self._report_grammars(moved) if has_prompts else []
        if guesser is not None:
            report += self._watch(moved, guesser)
        if not moved:
            return [*report, *ended]
        outputs: list[Message] = []
        texts = self._decoder.decode([(one.request, one.text_ids, one.done) for one in moved])
        for one, text in zip(moved, texts, strict=True):
            request = one.request
            output: Message = {"id": request.id, "text": text, "tokens": len(one.ids)}
            if one.guesses:
                output["guesses"] = one.guesses
                if request.lengths and len(one.text_ids) > 1 and (lengths := self.pieces.lengths(one.text_ids, text)):
                    output["lengths"] = lengths
            if request.logprobs:
                output["logprobs"] = to_logprobs(request, one.text_ids, one.output, self.pieces, text)
            outputs.append(output)
            if one.done:
                ended.append(self._finish(one))
            else:
                request.move_window(self.tokenizer, self.pieces)
        return [*report, {"type": "step", "outputs": outputs}, *ended]

    def _report_grammars(self, moved: list[Moved]) -> list[Message]:
        """What is held after a step with prompts; `moved` before their tokens are taken."""
        waiting = {one.id for one in self._waiting()} - {one.request.id for one in moved}
        self._has_prompts = len(waiting) > 0
        self.grammars.after_step(waiting, self._kv_bytes())
        return self.grammars.report()

    def _step_guesser(self, guesser: Guesser) -> list[Message]:
        """A failure in there costs its requests: the plain pipeline, which is another one, goes on."""
        failure = guesser.step()
        if failure is None:
            return []
        lost = [request.id for request in self.running.values() if request.guesses]
        for request_id in lost:
            del self.running[request_id]
        what = "The engine failed while it guessed tokens; from now on it guesses none. Try again."
        return [*failure, *(failed(request_id, "engine_failed", what) for request_id in lost)]

    def _watch(self, moved: list[Moved], guesser: Guesser) -> list[Message]:
        """What was guessed lately; `moved` before their tokens are taken."""
        speculation = guesser.speculation
        for one in moved:
            request, tokens = one.request, len(one.ids)
            if one.guesses and tokens > 0:
                # Several steps in one would be more.
                request.rights[min(tokens - 1, one.guesses)] += 1
                speculation.saw_step(one.guesses, tokens)
            if one.done and request.guesses:
                speculation.saw_guessed(request.rights, len(request.generated) + tokens)
            elif one.done:
                answer = request.generated + one.ids
                speculation.saw_plain(request.prompt, answer)
                guesser.saw_plain(request.prompt + answer, request.samples)
        return speculation.report(all(one.done for one in moved) and len(moved) == len(self.running))

    def _waiting(self) -> list[Request]:
        return [request for request in self.running.values() if not request.generated]

    def _most_tokens(self) -> int:
        """How many tokens the next step may compute."""
        waiting = self._waiting()
        prompts = sum(len(request.prompt) for request in waiting)
        answers = sum(1 + request.guesses for request in self.running.values() if request.generated)
        return min(prompts, self.model.step_tokens * len(self.model.batches)) + answers

    def _kv_bytes(self) -> int:
        """Of the KV caches' pools where those are a part of this process's heap, and may grow in a step."""
        return sum(batch.grown_bytes for batch in self.model.batches) if self.device == "CPU" else 0

    def _read(self) -> tuple[list[Moved], list[Message]]:
        """The requests that have new tokens, and the messages of those that the engine gave up."""
        moved: list[Moved] = []
        ended: list[Message] = []
        for request in list(self.running.values()):
            if request.handle.can_read():
                (output,) = request.handle.read().values()
                # None in the step that computes the prompt's end.
                guesses = request.guesses if request.generated else 0
                if not request.generated:
                    request.batch.keep(request.prompt)
                ids, reason = output.generated_ids, output.finish_reason.value
                text_ids = ids[:-1] if reason == STOPPED else ids
                moved.append(Moved(request, ids, text_ids, reason != GOES_ON, output, guesses))
            elif request.handle.get_status() != genai.GenerationStatus.RUNNING:
                ended.append(self._out_of_cache(request))
        return moved, ended

    def _finish(self, one: Moved) -> Message:
        request = one.request
        del self.running[request.id]
        request.batch.keep(request.prompt + request.generated)
        name = "length" if one.output.finish_reason == genai.GenerationFinishReason.LENGTH else "stop"
        return {"type": "finished", "id": request.id, "reason": name}

    def _out_of_cache(self, request: Request) -> Message:
        """The engine gives up a request that outgrows its cache, with no reason but its status."""
        del self.running[request.id]
        return failed(
            request.id,
            "kv_cache_exhausted",
            "The model's KV cache has no room for this request: set OV_KV_CACHE_GB higher.",
        )
