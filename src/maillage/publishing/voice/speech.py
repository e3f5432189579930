"""Speech from text, without network: SVOX Pico where it knows the language, eSpeak NG everywhere else.

Both are free and may be absent from a computer: `is_able` says so, and nothing else is called then. Why these
two: docs/decisions/0064.
"""

import ctypes
import ctypes.util
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

ESPEAK_VOICES: Mapping[str, str] = {"fr": "fr", "en": "en-gb", "pt": "pt"}  # others: their own code
PICO_VOICES: Mapping[str, str] = {"fr": "fr-FR", "en": "en-GB"}
PICO_RATE = 16_000  # samples a second
PICO_SPEED, ESPEAK_WORDS_A_MINUTE = 0.9, 145  # slower than an ordinary reading: who listens is learning
SENTENCE_GAP, SILENCE = 0.3, 200  # seconds; how loud a sample is at most that nobody hears, of 32,768
SYNCHRONOUS, BY_CHARACTER, UTF8, RATE, WORD = 2, 1, 1, 1, 1  # speak_lib.h
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\u2066\u2067\u2068\u2069<>"), " ")  # Pico reads <tags>
SENTENCE = re.compile(r".+?(?:[.!?…:;]+[»”\")]*\s+|$)", re.DOTALL)
DOUBLE_STOP = re.compile(r"([?!…])\.")
Marks = tuple[tuple[int, float], ...]  # the character where a word begins, and the second when it is said


@dataclass(frozen=True, slots=True)
class Speech:
    """A text said. samples: 16 bits, one channel; words: empty when their moments are not known."""

    samples: bytes
    rate: int
    words: Marks = ()

    @property
    def seconds(self) -> float:
        return len(self.samples) / 2 / self.rate


class _Event(ctypes.Structure):
    _fields_ = (
        *(("type", ctypes.c_int), ("identifier", ctypes.c_uint), ("text_position", ctypes.c_int)),
        *(("length", ctypes.c_int), ("milliseconds", ctypes.c_int), ("sample", ctypes.c_int)),
        *(("user_data", ctypes.c_void_p), ("id", ctypes.c_char * 8)),
    )


_Receiver = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Espeak:
    """The library eSpeak NG of this process: one voice at a time."""

    def __init__(self, library: Any, data: str | None) -> None:
        self.library, self._samples, self._words = library, bytearray(), list[tuple[int, float]]()
        self.rate: int = library.espeak_Initialize(SYNCHRONOUS, 0, data.encode() if data else None, 0)
        self._receiver = _Receiver(self._receive)  # kept: C calls it as long as the library is there
        library.espeak_SetSynthCallback(self._receiver)
        library.espeak_SetParameter(RATE, ESPEAK_WORDS_A_MINUTE, 0)

    def _receive(self, samples: Any, n_samples: int, events: Any) -> int:
        if samples and n_samples > 0:
            self._samples += ctypes.string_at(samples, n_samples * 2)
        for number in range(1_000):
            event = events[number]
            if not event.type:
                break
            if event.type == WORD:
                self._words.append((event.text_position - 1, event.milliseconds / 1_000))
        return 0

    def say(self, text: str, language: str) -> Speech:
        self._samples.clear()
        self._words.clear()
        self.library.espeak_SetVoiceByName(ESPEAK_VOICES.get(language, language).encode())
        content = text.encode() + b"\0"
        self.library.espeak_Synth(content, len(content), 0, BY_CHARACTER, 0, UTF8, None, None)
        return Speech(bytes(self._samples), self.rate, tuple(self._words))


@cache
def _espeak() -> _Espeak | None:
    """Return eSpeak NG, as a Python package brings it or as the system has it; None without either."""
    try:
        loader = import_module("espeakng_loader")
        path, data = loader.get_library_path(), loader.get_data_path()
    except (ImportError, RuntimeError):
        path, data = ctypes.util.find_library("espeak-ng"), None
    try:
        espeak = _Espeak(ctypes.CDLL(path), data) if path else None
    except OSError:
        return None
    return espeak if espeak is not None and espeak.rate > 0 else None


@cache
def _pico() -> Any:
    try:
        return import_module("py_nanotts").NanoTTS()
    except ImportError:
        return None


def _pico_samples(sentence: str, voice: str) -> bytes:
    """Return a sentence said by Pico, whose three quarters of a second of silence are cut to a breath."""
    samples = np.frombuffer(_pico().speak(sentence, voice=voice, speed=PICO_SPEED), dtype="<i2")
    loud_places = np.flatnonzero(np.abs(samples.astype(int)) > SILENCE)
    end = int(loud_places[-1]) + int(SENTENCE_GAP * PICO_RATE) if loud_places.size else 0
    return bytes(samples[:end].tobytes())


@cache
def _encoder() -> Any:
    try:
        return import_module("lameenc").Encoder
    except ImportError:
        return None


def is_able(language: str) -> bool:
    """Return True if this computer can say a language, and write it down as MP3."""
    return _encoder() is not None and (
        _espeak() is not None or (_pico() is not None and language in PICO_VOICES)
    )


def say(text: str, language: str) -> Speech:
    """Return a text said in a language that `is_able` knows."""
    espeak = _espeak()
    clean_text = DOUBLE_STOP.sub(
        r"\1 ", text.translate(INVISIBLE)
    )  # as long as it was: words keep their places
    if _pico() is None or language not in PICO_VOICES:
        assert espeak is not None
        return espeak.say(clean_text, language)
    samples, words = bytearray(), list[tuple[int, float]]()
    for match in SENTENCE.finditer(clean_text):
        sentence = match.group().strip()
        if not sentence:
            continue
        sound = Speech(_pico_samples(sentence, PICO_VOICES[language]), PICO_RATE)
        if espeak is not None:
            # Pico does not say when its words are said: those of eSpeak are, at the pace of this sentence.
            first, guide = (
                match.start() + clean_text[match.start() :].index(sentence),
                espeak.say(sentence, language),
            )
            pace, start = sound.seconds / (guide.seconds or 1), len(samples) / 2 / PICO_RATE
            words += [(first + place, start + second * pace) for place, second in guide.words]
        samples += sound.samples
    return Speech(bytes(samples), PICO_RATE, tuple(words))


KILOBITS = 24  # a second: a module of nine minutes stays under two megabytes


def mp3(speech: Speech) -> bytes:
    """Return a speech as a file that telephones of 2010 play."""
    encoder = _encoder()()
    encoder.set_channels(1)
    encoder.set_in_sample_rate(speech.rate)
    encoder.set_bit_rate(KILOBITS)
    encoder.set_quality(2)
    return bytes(encoder.encode(speech.samples) + encoder.flush())
