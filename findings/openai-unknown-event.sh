#!/bin/sh
# openai 3.57.0 (PyPI), its realtime events.
#
# A server may send events that the SDK does not know. It neither raises nor gives a plain object:
# what the connection yields is of the first class of its union, conversation.created, whatever the
# event is, with the event's own `type` and fields. So code that goes by `isinstance` takes every
# unknown event for that one; code that goes by `type` is right. A field that is unknown, or a value
# outside a list of choices, is passed on in the same way.
#
# Seen: ConversationCreatedEvent conversation.item.input_audio_transcription.words [{'word': 'on'}]
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet openai==3.57.0
"$work/venv/bin/python" - <<'PYTHON'
import json
from openai.resources.realtime.realtime import RealtimeConnection

kind = "conversation.item.input_audio_transcription.words"
event = {"type": kind, "event_id": "event_1", "item_id": "item_1", "words": [{"word": "on"}]}
# It needs no connection for this, and has none here.
parsed = RealtimeConnection.parse_event(None, json.dumps(event))
print(type(parsed).__name__, parsed.type, parsed.words)
same = type(parsed).__name__ == "ConversationCreatedEvent"
raise SystemExit(0 if same and parsed.type == kind and parsed.words == event["words"] else 1)
PYTHON
