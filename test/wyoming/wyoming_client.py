"""Talks to a server as Home Assistant does, with the protocol's own package; prints what it got as JSON.

Usage: wyoming_client.py <port> <wav> [language]
"""

import asyncio
import json
import sys
import wave

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong


async def main() -> None:
    port, path, *language = sys.argv[1:]
    found = {}
    async with AsyncTcpClient("127.0.0.1", int(port)) as client:
        await client.write_event(Describe().event())
        info = Info.from_event(await client.read_event())
        found["models"] = [model.name for program in info.asr for model in program.models]
        found["languages"] = sorted({one for program in info.asr for model in program.models for one in model.languages})
        await client.write_event(Ping(text="here").event())
        found["pong"] = Pong.from_event(await client.read_event()).text
        # Twice over one connection, as satellites do.
        for turn in ("first", "second"):
            await client.write_event(Transcribe(language=language[0] if language else None).event())
            with wave.open(path) as file:
                form = {"rate": file.getframerate(), "width": file.getsampwidth(), "channels": file.getnchannels()}
                await client.write_event(AudioStart(**form).event())
                while chunk := file.readframes(1024):
                    await client.write_event(AudioChunk(**form, audio=chunk).event())
            await client.write_event(AudioStop().event())
            event = await client.read_event()
            if Error.is_type(event.type):
                found[turn] = {"error": Error.from_event(event).text}
            else:
                transcript = Transcript.from_event(event)
                found[turn] = {"text": transcript.text, "language": transcript.language}
    print(json.dumps(found))


asyncio.run(main())
