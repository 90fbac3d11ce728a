"""A small agent of langchain-ollama: langchain_client.py [MODEL PROMPT], the server being at OLLAMA_HOST.

Streams the answer and runs the tool that it calls, until there is no call. Without a model it lists those of the
server.
"""

from __future__ import annotations

import os
import subprocess
import sys

from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_ollama import ChatOllama
from ollama import Client

url = os.environ["OLLAMA_HOST"]


@tool
def run(command: str) -> str:
    """Runs a shell command."""
    return subprocess.run(command, shell=True, capture_output=True, text=True).stdout


def answer(model: str, prompt: str) -> None:
    # It looks the name up in the server's list first.
    chat = ChatOllama(model=model, base_url=url, validate_model_on_init=True).bind_tools([run])
    messages: list[BaseMessage] = [HumanMessage(prompt)]
    while True:
        whole = AIMessageChunk("")
        for piece in chat.stream(messages):
            print(piece.text, end="", flush=True)
            whole += piece
        if not whole.tool_calls:
            return
        results = [ToolMessage(run.invoke(call["args"]), tool_call_id=call["id"]) for call in whole.tool_calls]
        messages += [whole, *results]


if len(sys.argv) > 1:
    answer(sys.argv[1], sys.argv[2])
else:
    for found in Client(host=url).list().models:
        print(found.model)
