"""Renders chat templates as transformers does: a JSON job on standard input, the JSON results on standard output."""

import json
import sys
from datetime import datetime
from typing import Any

from transformers.utils.chat_template_utils import render_jinja_template


def render(source: str, conversation: dict[str, Any], variables: dict[str, Any]) -> dict[str, str]:
    try:
        rendered, _ = render_jinja_template(
            conversations=[conversation["messages"]],
            tools=conversation["tools"],
            chat_template=source,
            add_generation_prompt=conversation["addGenerationPrompt"],
            **variables,
            **conversation["kwargs"],
        )
        return {"text": rendered[0]}
    except Exception as error:  # what templates raise is a result here
        return {"error": str(error)}


def main() -> None:
    job = json.load(sys.stdin)
    now = datetime.fromisoformat(job["now"])
    results = []
    for pair in job["pairs"]:
        variables = {
            "bos_token": pair["bosToken"],
            "eos_token": pair["eosToken"],
            "strftime_now": now.strftime,
        }
        results.append(render(pair["source"], pair["conversation"], variables))
    json.dump(results, sys.stdout)


main()
