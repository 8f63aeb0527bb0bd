"""The JSON of speech recognition → a transcript with times.

Two shapes: Whisper's and its kin's ``segments`` (seconds, a speaker's name where speakers were told apart), and FunASR's
``sentence_info`` (milliseconds, a speaker's number in ``spk``). A bare list of sentences is either, by how fast its
words would be said. whisper.cpp has its own names for the first, and so have the pipelines of transformers; the services
that serve FunASR's models have their own for the second.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from statistics import median
from typing import Any

from rag.errors import SourceError
from rag.transcripts.cues import Cue, compose
from rag.transcripts.extracted import Extracted

_HINT = "JSON is read as Whisper, WhisperX, faster-whisper (segments) and FunASR (sentence_info) write it"
_LISTS = ("segments", "sentence_info", "sentences", "transcription", "chunks")
# A character is said in 0.04 to 1 seconds, so in more than 10 "seconds" only if they are milliseconds.
_SLOWEST = 10.0


def extract(text: str, encoding: str, path: Path) -> Extracted:
    """Reads what a speech recogniser wrote.

    Raises:
        SourceError: it is no JSON, or not of a shape that is known.
    """
    try:
        value = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise SourceError(
            f"this is not valid JSON: {error}", hint="is it whole? " + _HINT, path=path, line=line
        ) from None
    except RecursionError:
        raise SourceError("this JSON is nested too deeply", hint=_HINT, path=path) from None
    entries, scale = _entries(value, path)
    cues = [cue for number, entry in enumerate(entries, 1) if (cue := _cue(entry, scale, number, path)).text]
    if not cues:
        raise SourceError("nothing is said in it", hint="recognise the recording again", path=path)
    return compose(cues, "json", encoding)


def _entries(value: Any, path: Path) -> tuple[list[dict[str, Any]], float]:
    """The pieces of speech, and the seconds in their unit of time."""
    if isinstance(value, dict) and isinstance(value.get("transcripts"), list):
        # One for each channel of the recording.
        value = value["transcripts"]
    found: list[dict[str, Any]] = []
    kinds = set()
    for part in value if isinstance(value, list) else [value]:
        if not isinstance(part, dict):
            break
        kind = next((key for key in _LISTS if isinstance(part.get(key), list)), "")
        kinds.add(kind)
        found += map(_plain, part[kind] if kind else [part])
    is_speech = all(isinstance(entry, dict) and {"text", "start", "end"} <= entry.keys() for entry in found)
    if not found or not is_speech or len(kinds) != 1:
        raise SourceError("this JSON is not a transcript of a kind that is known", hint=_HINT, path=path)
    if kinds <= {"segments", "chunks"}:
        return found, 1.0
    return found, 0.001 if kinds <= {"sentence_info", "transcription"} or _is_slow(found) else 1.0


def _plain(entry: Any) -> Any:
    """A piece with its words in ``text`` and its times in ``start`` and ``end``, by whatever names it has them."""
    if not isinstance(entry, dict):
        return entry
    entry = {"text": entry.get("sentence")} | entry if "sentence" in entry else dict(entry)
    offsets, timestamp = entry.get("offsets"), entry.get("timestamp")
    if isinstance(offsets, dict):
        entry = {"start": offsets.get("from"), "end": offsets.get("to")} | entry
    elif isinstance(timestamp, list) and len(timestamp) == 2 and "start" not in entry:
        entry |= {"start": timestamp[0], "end": timestamp[1]}
    elif "begin_time" in entry:
        entry = {"start": entry["begin_time"], "end": entry.get("end_time")} | entry
    # The last piece of a recording that was cut off has no end.
    if "start" in entry and entry.get("end") is None:
        entry["end"] = entry["start"]
    return entry


def _is_slow(entries: list[dict[str, Any]]) -> bool:
    rates = [
        (end - start) / len(text)
        for text, start, end in ((entry["text"], entry["start"], entry["end"]) for entry in entries)
        if isinstance(text, str) and text and isinstance(start, int | float) and isinstance(end, int | float)
    ]
    return bool(rates) and median(rates) > _SLOWEST


def _cue(entry: dict[str, Any], scale: float, number: int, path: Path) -> Cue:
    text, start, end = entry["text"], entry["start"], entry["end"]
    is_time = [isinstance(time, int | float) and 0 <= time < 1e9 for time in (start, end)]
    if not isinstance(text, str) or not all(is_time):
        raise SourceError(f"piece {number} of the speech has no words or no times", hint=_HINT, path=path)
    return Cue(" ".join(text.split()), round(start * scale, 3), round(end * scale, 3), voice=_speaker(entry))


def _speaker(entry: dict[str, Any]) -> str | None:
    """The speaker's name; a number gives "Speaker 2", a letter "Speaker B"."""
    for key in ("speaker", "spk", "speaker_id"):
        value = entry.get(key)
        if isinstance(value, int) or (isinstance(value, str) and value.strip().isdigit()):
            return f"Speaker {int(value)}"
        if isinstance(value, str) and re.fullmatch(r"\s*[A-Z]\s*", value):
            return f"Speaker {value.strip()}"
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())
    return None
