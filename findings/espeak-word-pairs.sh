#!/bin/sh
# eSpeak NG (PyPI espeakng-loader 0.2.4), Linux x86-64.
#
# The library calls back with an event at each word, for programs that show or time what is spoken.
# But some pairs of short words, as "on the" and "in the", stand as one in its English dictionary:
# there is one event for both, at the place of the first, with its length alone. The second word has
# none, so that who pairs events with words by their order is one further off after each such pair.
#
# Seen:
#   Turn on the light in the kitchen: events for Turn, on, light, in, kitchen
#   Call Susan at home: events for Call, Susan, at, home
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet espeakng-loader==0.2.4
cd "$work"
cat >events.py <<'PYTHON'
import ctypes
from ctypes import CFUNCTYPE, POINTER, Structure, Union, c_char_p, c_int, c_short, c_size_t, c_uint, c_void_p

import espeakng_loader

SYNCHRONOUS, UTF8, WORD, END_OF_LIST = 2, 1, 1, 0


class Id(Union):
    _fields_ = [("number", c_int), ("name", c_char_p), ("string", ctypes.c_char * 8)]


class Event(Structure):  # espeak_EVENT of speak_lib.h
    _fields_ = [("type", c_int), ("message", c_uint), ("text_position", c_int), ("length", c_int),
                ("audio_position", c_int), ("sample", c_int), ("user_data", c_void_p), ("id", Id)]


def take(wave, count, events):
    place = 0
    while events[place].type != END_OF_LIST:
        if events[place].type == WORD:
            told.append((events[place].text_position - 1, events[place].length))
        place += 1
    return 0


told = []
library = ctypes.CDLL(espeakng_loader.get_library_path())
library.espeak_Initialize(SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
callback = CFUNCTYPE(c_int, POINTER(c_short), c_int, POINTER(Event))(take)
library.espeak_SetSynthCallback(callback)
library.espeak_SetVoiceByName(b"en-us")


def words(text):
    told.clear()
    data = text.encode()
    library.espeak_Synth(data, c_size_t(len(data) + 1), 0, 1, 0, UTF8, None, None)
    found = [text[at:at + length] for at, length in told]
    print(f"{text}: events for {', '.join(found)}")
    return found


pairs = words("Turn on the light in the kitchen")
plain = words("Call Susan at home")
is_so = pairs == "Turn on light in kitchen".split() and plain == "Call Susan at home".split()
raise SystemExit(0 if is_so else 1)
PYTHON
"$work/venv/bin/python" events.py
