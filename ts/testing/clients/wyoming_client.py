"""Speaks to a server with the package `wyoming`; prints each answer as a line of JSON.

wyoming_client.py PORT < STEPS: each line is a step, a JSON object with one of the keys

describe, ping    sends it
transcribe        the fields of Transcribe
audio             {"path": WAV, "rate", "width", "channels": what it is made into,
                   "seconds": pause between two chunks}
until             reads answers up to this type
assist            {"path": WAV, "language": …}: as a voice assistant does, on a connection of its
                  own: hears answers while it sends, and leaves with the transcript
"""

import asyncio
import json
import sys
import wave

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunkConverter, AudioStart, AudioStop, wav_to_chunks
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.info import Describe, Info
from wyoming.ping import Ping

SAMPLES_PER_CHUNK = 1024


def show(event):
    line = None if event is None else {"type": event.type, "data": event.data}
    print(json.dumps(line), flush=True)


async def send_audio(client, path, rate=None, width=None, channels=None, seconds=0):
    converter = AudioChunkConverter(rate=rate, width=width, channels=channels)
    is_first = True
    with wave.open(path, "rb") as wav:
        for chunk in wav_to_chunks(wav, SAMPLES_PER_CHUNK):
            made = converter.convert(chunk)
            if is_first:
                start = AudioStart(rate=made.rate, width=made.width, channels=made.channels)
                await client.write_event(start.event())
                is_first = False
            await client.write_event(made.event())
            if seconds > 0:
                await asyncio.sleep(seconds)
    await client.write_event(AudioStop().event())


async def answer(client):
    """The transcript or the error, whichever comes first."""
    while True:
        event = await client.read_event()
        if event is None or Error.is_type(event.type) or Transcript.is_type(event.type):
            return event


async def assist(port, path, language):
    async with AsyncTcpClient("127.0.0.1", port) as client:
        await client.write_event(Transcribe(language=language).event())
        upload = asyncio.create_task(send_audio(client, path, 16000, 2, 1))
        receive = asyncio.create_task(answer(client))
        await asyncio.wait((upload, receive), return_when=asyncio.FIRST_COMPLETED)
        show(await receive)
        upload.cancel()
        await asyncio.gather(upload, return_exceptions=True)


async def main(port):
    async with AsyncTcpClient("127.0.0.1", port, read_timeout=60) as client:
        for line in sys.stdin:
            step = json.loads(line)
            if "describe" in step:
                await client.write_event(Describe().event())
                info = await client.read_event()
                # Read into the package's own classes and written again: nothing may be amiss.
                show(Info.from_event(info).event())
            elif "ping" in step:
                await client.write_event(Ping(text=step["ping"]).event())
                show(await client.read_event())
            elif "transcribe" in step:
                await client.write_event(Transcribe(**step["transcribe"]).event())
            elif "audio" in step:
                await send_audio(client, **step["audio"])
            elif "until" in step:
                while True:
                    event = await client.read_event()
                    show(event)
                    if event is None or event.type == step["until"]:
                        break
            elif "assist" in step:
                await assist(port, **step["assist"])


asyncio.run(main(int(sys.argv[1])))
