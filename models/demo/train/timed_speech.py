"""Synthetic speech whose words' times are known: espeak-ng and flite tell where in the sound each word lies.

Both are asked through their libraries, for their programs do not tell words and sound together.
"""
import ctypes
import re
from ctypes import CFUNCTYPE, POINTER, Structure, Union, c_char_p, c_float, c_int, c_short, c_size_t, c_ubyte, c_uint, c_void_p
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Timed:
    """Sound in [-1, 1], and start and end of each word of the text, in seconds of it; None where they are not known."""

    pcm: np.ndarray
    rate: int
    words: list[tuple[float | None, float | None]]


class EventId(Union):
    _fields_ = [("number", c_int), ("name", c_char_p), ("string", ctypes.c_char * 8)]


class Event(Structure):
    """espeak_EVENT of speak_lib.h."""

    _fields_ = [("type", c_int), ("message", c_uint), ("text_position", c_int), ("length", c_int),
                ("audio_position", c_int), ("sample", c_int), ("user_data", c_void_p), ("id", EventId)]


class VoiceQuery(Structure):
    """espeak_VOICE of speak_lib.h."""

    _fields_ = [("name", c_char_p), ("languages", c_char_p), ("identifier", c_char_p), ("gender", c_ubyte),
                ("age", c_ubyte), ("variant", c_ubyte), ("unused", c_ubyte), ("score", c_int), ("spare", c_void_p)]


class Espeak:
    """espeak-ng 1.51: word events say where a word begins, phoneme events where its sound ends."""

    END_OF_LIST, WORD, PHONEME = 0, 1, 7
    SYNCHRONOUS, PHONEME_EVENTS, UTF8 = 2, 1, 1
    RATE, PITCH = 1, 3

    def __init__(self) -> None:
        self.library = ctypes.CDLL("libespeak-ng.so.1")
        self.rate = self.library.espeak_Initialize(self.SYNCHRONOUS, 0, None, self.PHONEME_EVENTS)
        kind = CFUNCTYPE(c_int, POINTER(c_short), c_int, POINTER(Event))
        self.callback = kind(self.take)
        self.library.espeak_SetSynthCallback(self.callback)

    def take(self, wave, count: int, events) -> int:
        if wave and count > 0:
            self.parts.append(np.ctypeslib.as_array(wave, (count,)).copy())
        place = 0
        while events[place].type != self.END_OF_LIST:
            event = events[place]
            if event.type == self.WORD:
                self.events.append((event.audio_position / 1000, event.text_position - 1))
            if event.type == self.PHONEME:
                self.events.append((event.audio_position / 1000, event.id.string.decode()))
            place += 1
        return 0

    def speak(self, text: str, voice: str, speed: int, pitch: int) -> Timed:
        # Some accents have a language alone, and no name: the program looks for both, too.
        query = VoiceQuery(languages=voice.encode())
        if (self.library.espeak_SetVoiceByName(voice.encode()) != 0
                and self.library.espeak_SetVoiceByProperties(ctypes.byref(query)) != 0):
            raise ValueError(f"espeak-ng has no voice {voice}")
        self.library.espeak_SetParameter(self.RATE, speed, 0)
        self.library.espeak_SetParameter(self.PITCH, pitch, 0)
        self.parts, self.events = [], []
        data = text.encode()
        self.library.espeak_Synth(data, c_size_t(len(data) + 1), 0, 1, 0, self.UTF8, None, None)
        pcm = np.concatenate(self.parts).astype(np.float32) / 32768
        return Timed(pcm, self.rate, self.words_of(text, len(pcm) / self.rate))

    def words_of(self, text: str, length: float) -> list[tuple[float | None, float | None]]:
        """Some pairs, as `on the`, are a word to the program: nobody knows where one ends and the other begins."""
        places = [match.start() for match in re.finditer(r"\S+", text)]
        starts: dict[int, float] = {}
        ends: dict[int, float] = {}
        # Others tell of the end of a clause, where no word begins.
        told = [place for place, (_, name) in enumerate(self.events) if isinstance(name, int) and name in places]
        for start, after in zip(told, [*told[1:], len(self.events)], strict=True):
            time, position = self.events[start]
            until, beyond = self.events[after] if after < len(self.events) else (length, len(text))
            pauses = [pause for pause, name in self.events[start + 1:after] if not isinstance(name, int) and name[:1] in ("", "_")]
            starts[position] = time
            ends[max(place for place in places if place < beyond)] = min([until, *pauses])
        return [(starts.get(place), ends.get(place)) for place in places]


class FliteWave(Structure):
    _fields_ = [("type", c_char_p), ("rate", c_int), ("count", c_int), ("channels", c_int), ("samples", POINTER(c_short))]


class FliteVoice(Structure):
    _fields_ = [("name", c_char_p), ("features", c_void_p)]


class Flite:
    """flite 2.2: segments lie in the sound, and syllables and words over them."""

    def __init__(self) -> None:
        self.library = ctypes.CDLL("libflite.so.1", ctypes.RTLD_GLOBAL)
        for name in ("usenglish", "cmulex"):
            ctypes.CDLL(f"libflite_{name}.so.1", ctypes.RTLD_GLOBAL)
        self.library.flite_init()
        for name, kinds, result in (
            ("flite_synth_text", [c_char_p, c_void_p], c_void_p), ("utt_wave", [c_void_p], POINTER(FliteWave)),
            ("utt_relation", [c_void_p, c_char_p], c_void_p), ("relation_head", [c_void_p], c_void_p),
            ("item_next", [c_void_p], c_void_p), ("item_parent", [c_void_p], c_void_p),
            ("item_as", [c_void_p, c_char_p], c_void_p), ("item_feat_float", [c_void_p, c_char_p], c_float),
            ("delete_utterance", [c_void_p], None), ("feat_set_float", [c_void_p, c_char_p, c_float], None),
        ):
            function = getattr(self.library, name)
            function.argtypes, function.restype = kinds, result
        self.voices: dict[str, int] = {}

    def voice(self, name: str) -> int:
        if name not in self.voices:
            owner = ctypes.CDLL(f"libflite_cmu_us_{name}.so.1")
            register = getattr(owner, f"register_cmu_us_{name}")
            register.argtypes, register.restype = [c_char_p], c_void_p
            self.voices[name] = register(None)
        return self.voices[name]

    def speak(self, text: str, voice: str, stretch: float) -> Timed | None:
        """None when the program made other words of the text."""
        handle = self.voice(voice)
        features = ctypes.cast(handle, POINTER(FliteVoice)).contents.features
        self.library.feat_set_float(features, b"duration_stretch", stretch)
        utterance = self.library.flite_synth_text(text.encode(), handle)
        wave = self.library.utt_wave(utterance).contents
        pcm = np.ctypeslib.as_array(wave.samples, (wave.count,)).astype(np.float32) / 32768
        words = self.words_of(utterance)
        rate = wave.rate
        self.library.delete_utterance(utterance)
        return Timed(pcm, rate, words) if len(words) == len(text.split()) else None

    def words_of(self, utterance: int) -> list[tuple[float, float]]:
        words: list[tuple[float, float]] = []
        segment = self.library.relation_head(self.library.utt_relation(utterance, b"Segment"))
        before, start = None, 0.0
        while segment:
            end = self.library.item_feat_float(segment, b"end")
            part = self.library.item_as(segment, b"SylStructure")
            word = self.library.item_parent(self.library.item_parent(part)) if part else None
            if word:
                words[-1:] = [(words[-1][0], end)] if word == before else [*words[-1:], (start, end)]
            before, start = word, end
            segment = self.library.item_next(segment)
        return words
