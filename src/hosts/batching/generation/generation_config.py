"""A request's parameters as the engine's configuration."""

from __future__ import annotations

from typing import Any

from grammars.structural_tags import to_config
from messages import Message


def configure(config: Any, message: Message, max_tokens: int, ends: set[int]) -> Any:
    """Changes the pipeline's configuration, of which the engine returns a copy, and returns it.

    It already has the end tokens of generation_config.json; `ends`: the other tokens that end an answer.
    """
    sampling = message["sampling"]
    config.apply_chat_template = False
    config.max_new_tokens = max_tokens
    config.ignore_eos = message["ignore_eos"]
    if not config.ignore_eos:
        config.stop_token_ids = set(config.stop_token_ids) | ends
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
