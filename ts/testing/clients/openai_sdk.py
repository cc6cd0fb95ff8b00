"""Calls a server by OpenAI's SDK, as programs do; prints one JSON object with what came of it.

    python openai_sdk.py BASE_URL RECORDING LONG_RECORDING CALL PCM_24_KHZ CASE...
"""

import asyncio
import base64
import io
import json
import pathlib
import signal
import sys

import httpx2
import openai
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

base = sys.argv[1]
recording, long_recording, call, pcm = map(pathlib.Path, sys.argv[2:6])


def client_of(kind=openai.OpenAI, **options):
    """Fails where an answer is not of the type that the SDK promises to its callers."""
    options = {"api_key": "sk-none", "_strict_response_validation": True, **options}
    return kind(base_url=f"{base}/v1", **options)


client = client_of(max_retries=0)


def transcribe(file=recording, model="whisper-1", on=client, **options):
    return on.audio.transcriptions.create(file=file, model=model, **options)


def plain(answer):
    return answer if isinstance(answer, str) else answer.model_dump(mode="json")


def models():
    return {
        "list": [model.id for model in client.models.list()],
        "one": client.models.retrieve("demo").id,
    }


def formats():
    names = ["json", "text", "srt", "vtt", "verbose_json"]
    answers = {name: plain(transcribe(response_format=name)) for name in names}
    return {**answers, "diarized_json": plain(transcribe(call, response_format="diarized_json"))}


def files():
    data = recording.read_bytes()
    named = io.BytesIO(data)
    named.name = "a folder/part_0.mp3"
    with recording.open("rb") as stream:
        return {
            "path": transcribe(recording).text,
            "stream": transcribe(stream).text,
            "bytes": transcribe(data).text,
            "buffer": transcribe(io.BytesIO(data)).text,
            "named buffer": transcribe(named).text,
            "pair": transcribe(("talk.wav", data)).text,
            "wrong name and type": transcribe(("talk.mp3", data, "audio/mpeg")).text,
            "empty name": transcribe(("", data)).text,
            "no name": transcribe((None, data)).text,
        }


def fields():
    answer = transcribe(
        model="gpt-transcribe",
        languages=["en", "de"],
        keywords=["Boston", "kitchen"],
        prompt="Lights and trains.",
        temperature=0,
        include=["logprobs"],
        chunking_strategy={"type": "server_vad", "silence_duration_ms": 400},
        extra_body={"user": "unknown to the server"},
    )
    auto = transcribe(chunking_strategy="auto")
    return {"all": plain(answer), "auto": plain(auto)}


def words():
    """With the times of words, as OpenAI's API gives them, and in events."""
    verbose = transcribe(response_format="verbose_json", timestamp_granularities=["word"])
    events = list(transcribe(stream=True, timestamp_granularities=["segment", "word"]))
    return {
        "class": type(verbose.words[0]).__name__,
        "verbose": plain(verbose),
        "events": [plain(event) for event in events if event.type != "transcript.text.delta"],
    }


def live_words():
    """What the SDK gives of events, and of fields, that OpenAI does not have."""
    prefix = "item.input_audio_transcription."
    with client.realtime.connect(extra_query={"intent": "transcription"}) as connection:
        connection.session.update(
            session={
                "type": "transcription",
                "include": [prefix + name for name in ("words", "segments", "provisional")],
                "audio": {"input": {"turn_detection": None}},
            }
        )
        sound = pcm.read_bytes()
        for start in range(0, len(sound), 24_000):
            part = base64.b64encode(sound[start : start + 24_000]).decode()
            connection.input_audio_buffer.append(audio=part)
        connection.input_audio_buffer.commit()
        events = []
        for event in connection:
            events.append(event)
            if event.type.endswith((".completed", ".failed")):
                break
    return [event.to_dict() for event in events]


def stream():
    events = list(transcribe(model="gpt-4o-transcribe", stream=True, include=["logprobs"]))
    return {
        "classes": sorted({type(event).__name__ for event in events}),
        "deltas": [event.delta for event in events if event.type == "transcript.text.delta"],
        "done": plain(events[-1]),
    }


def error_of(call):
    """How a call fails, and how often it was sent for that."""
    sent = []
    counted = httpx2.Client(event_hooks={"request": [sent.append]})
    try:
        call(client_of(max_retries=2, http_client=counted))
    except openai.APIStatusError as error:
        return {
            "class": type(error).__name__,
            "status": error.status_code,
            "code": error.code,
            "param": error.param,
            "type": error.type,
            "message": error.body["message"],
            "has id": error.request_id is not None,
            "sent": len(sent),
        }
    return {"class": "none", "sent": len(sent)}


def errors():
    return {
        "no audio": error_of(lambda on: transcribe(b"Not a recording.", on=on)),
        "empty": error_of(lambda on: transcribe(b"", on=on)),
        "format": error_of(lambda on: transcribe(on=on, response_format="yaml")),
        "language": error_of(lambda on: transcribe(on=on, language="klingon")),
        "temperature": error_of(lambda on: transcribe(on=on, temperature=-1)),
        "one channel": error_of(lambda on: transcribe(on=on, response_format="diarized_json")),
        "stream": error_of(lambda on: list(transcribe(b"Nothing.", on=on, stream=True))),
        "no file": error_of(
            lambda on: on.post("/audio/transcriptions", cast_to=object, body={"model": "x"})
        ),
        "path": error_of(lambda on: on.images.generate(prompt="a cat")),
        "model": error_of(lambda on: on.models.retrieve("gpt-5")),
    }


def key():
    """The server asks for the key `right`."""
    keyless = {"Authorization": openai.Omit()}
    return {
        "wrong": error_of(lambda on: transcribe(on=on)),
        "none": error_of(lambda on: transcribe(on=on, extra_headers=keyless)),
        "right": transcribe(on=client_of(api_key="right")).text,
    }


def large():
    """The server takes 40 MB, and answers while these are sent."""
    upload = bytes(50_000_000)
    return {
        "wrong key": error_of(lambda on: transcribe(upload, on=on)),
        "too large": error_of(lambda on: transcribe(upload, on=on.with_options(api_key="right"))),
    }


def keyless():
    """As integrations of Home Assistant do where no key is set."""
    return transcribe(extra_headers={"Authorization": openai.Omit()}).text


def litellm():
    """As LiteLLM does, which counts costs by the duration."""
    answer = client.audio.transcriptions.with_raw_response.create(
        file=("audio.wav", recording.read_bytes()),
        model="whisper-1",
        response_format="verbose_json",
    )
    return {"headers": dict(answer.headers), "duration": answer.parse().duration}


async def busy_server():
    """The server has one place: who comes second is told when to come again, and does."""
    sent = []
    counted = httpx2.AsyncClient(event_hooks={"request": [append_to(sent)]})
    patient = client_of(openai.AsyncOpenAI, api_key="right", max_retries=10, http_client=counted)
    first = asyncio.create_task(patient.audio.transcriptions.create(file=long_recording, model="x"))
    await running()
    impatient = client_of(openai.AsyncOpenAI, api_key="right", max_retries=0)
    try:
        await impatient.audio.transcriptions.create(file=recording, model="x")
        refused = None
    except openai.InternalServerError as error:
        after = error.response.headers.get("retry-after")
        refused = {"status": error.status_code, "code": error.code, "after": after}
    second = await patient.audio.transcriptions.create(file=recording, model="x")
    return {
        "refused": refused,
        "text": second.text,
        "sent": len(sent),
        "first": bool((await first).text),
    }


async def running(is_awaited=True):
    """Until the server is at work, or is not any more."""
    async with httpx2.AsyncClient() as health:
        while ((await health.get(f"{base}/health")).json()["queue"]["running"] > 0) != is_awaited:
            await asyncio.sleep(0.01)


def append_to(to):
    async def hook(request):
        to.append(request)

    return hook


def busy():
    return asyncio.run(busy_server())


async def cancelled_call():
    """A client that leaves in the midst of its recording: the work on it ends, too."""
    hasty = client_of(openai.AsyncOpenAI, max_retries=0)
    call = asyncio.create_task(hasty.audio.transcriptions.create(file=long_recording, model="x"))
    await running()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    await running(False)
    async with httpx2.AsyncClient() as metrics:
        counted = (await metrics.get(f"{base}/metrics")).text
    return {"was cancelled": call.cancelled(), "left": 'status="499"} 1' in counted}


def cancelled():
    return asyncio.run(cancelled_call())


def committed_turn():
    return live_turns(None, wanted=1)


def heard_turns():
    return live_turns({"type": "server_vad", "silence_duration_ms": 500}, wanted=2)


def live_turns(turn_detection, wanted):
    """All events until as many turns are written down: the client ends them, or the server."""
    sound = pcm.read_bytes()
    # A server that listens ends a turn when it has been silent for a while.
    sound = 2 * (sound + bytes(2 * 24_000)) if turn_detection else sound
    with client.realtime.connect(extra_query={"intent": "transcription"}) as connection:
        events = [event_of(connection)]
        sound_in = {
            "format": {"type": "audio/pcm", "rate": 24_000},
            "transcription": {"model": "gpt-live-transcribe", "language": "en"},
            "turn_detection": turn_detection,
        }
        session = {"type": "transcription", "audio": {"input": sound_in}}
        connection.session.update(session=session)
        for start in range(0, len(sound), 48_000):
            part = base64.b64encode(sound[start : start + 48_000]).decode()
            connection.input_audio_buffer.append(audio=part)
        if turn_detection is None:
            connection.input_audio_buffer.commit()
        completed = "conversation.item.input_audio_transcription.completed"
        while sum(event["type"] == completed for event in events) < wanted:
            events.append(event_of(connection))
        return events


server_event = TypeAdapter(RealtimeServerEvent)


def event_of(connection):
    """What the SDK gives its callers has no check; this has."""
    received = connection.recv_bytes()
    server_event.validate_json(received)
    return json.loads(received)


def told(case):
    """Whatever a case waits for, it does not wait for ever."""
    signal.alarm(30)
    try:
        return {"value": case()}
    except Exception as error:  # Whatever it is, the test shows it.
        return {"failure": f"{type(error).__name__}: {error}"[:2000]}
    finally:
        signal.alarm(0)


def give_up(*_):
    raise TimeoutError("nothing came for 30 seconds")


signal.signal(signal.SIGALRM, give_up)

results = {name: told(globals()[name]) for name in sys.argv[6:]}
json.dump(results, sys.stdout)
