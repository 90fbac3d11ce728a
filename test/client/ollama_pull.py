"""Pulls with the official Python client: prints one JSON line for each check.

Run as: ollama_pull.py URL API_KEY MODEL MISSING.
"""

from __future__ import annotations

import json
import sys

import ollama

url, api_key, model, missing = sys.argv[1:5]
client = ollama.Client(host=url, headers={"Authorization": f"Bearer {api_key}"})

lines = list(client.pull(model, stream=True))
print(
    json.dumps(
        {
            "check": "pull",
            "last": lines[-1].status,
            "digests": len({line.digest for line in lines if line.digest is not None}),
        }
    )
)
try:
    client.pull(missing)
except ollama.ResponseError as error:
    print(json.dumps({"check": "missing", "exception": type(error).__name__, "error": error.error}))
