"""Renders templates with jinja2 as transformers configures it: a JSON job on standard input, JSON results on standard output."""

import json
import sys
from datetime import datetime

from transformers.utils.chat_template_utils import _compile_jinja_template


def render(source: str, variables: dict[str, object]) -> dict[str, str]:
    try:
        return {"text": _compile_jinja_template(source).render(**variables)}
    except Exception as error:  # what templates raise is a result here
        return {"error": f"{type(error).__name__}: {error}"}


def main() -> None:
    job = json.load(sys.stdin)
    now = datetime.fromisoformat(job["now"])
    results = []
    for source in job["sources"]:
        # Parsed for each one, so that none changes the values of the next.
        variables = {**json.loads(job["variables"]), "strftime_now": now.strftime}
        results.append(render(source, variables))
    json.dump(results, sys.stdout)


main()
