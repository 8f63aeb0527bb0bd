"""SRT and WebVTT subtitles → a transcript with times.

The two formats are told apart by nothing but their header and the comma or point in their times, and are read by one
scan, which keeps each line's number: the libraries for subtitles give no line numbers, and lose cues that have no index
(webvtt-py) or take the word timings of automatic captions for cues (pysubs2). Captions that roll, each cue repeating
the line before it, are unrolled.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import SourceError
from rag.lines import split_lines
from rag.transcripts.cues import Cue, compose
from rag.transcripts.extracted import Extracted

_HINT = "save the subtitles again as SRT or WebVTT, or the transcript as plain text"
_CLOCK = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMING = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?!\d)")
_ARROW = re.compile(r"\s*[\d:.,]*\d\s*-->")
_INDEX = re.compile(r"\s*\d+\s*")
_NO_CUE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_TAG = re.compile(r"</?[a-zA-Z\d][^<>]*>|</>|\{\\[^{}]*\}")
# ">>" opens another speaker's words, and so does a dash where more than one line of a cue has it.
_CHEVRONS = re.compile(r"(?:>>|»)+\s*")
_DASH = re.compile(r"[-–—]\s*(?=\S)")
# Captions roll if so many of the cues, and so large a share, begin with what the cue before said.
_ROLLING_CUES = 3
_ROLLING = 0.2
# "Doe, Jane (Finance): …" names a voice where each cue begins so, and the names are half as many as the cues or fewer.
_NAMED = re.compile(r"([^\W\d_][^:\uff1a?!。\uff1f\uff01]{0,60})[:\uff1a]\s*(?=\S)")
_NAMED_CUES = 4
# A line grows only from more than this many characters: "So" does not grow to "Some".
_SHORT = 8


@dataclass(frozen=True, slots=True)
class _Block:
    """A cue as the file has it: its seconds, and its lines with their numbers from 1."""

    start: float
    end: float
    lines: list[tuple[int, str]]


def extract(text: str, encoding: str, path: Path) -> Extracted:
    """Reads SRT or WebVTT.

    Raises:
        SourceError: there are no cues with words, or the times of one cannot be read.
    """
    header = text.lstrip().split("\n", 1)[0].strip()
    is_vtt = header.startswith("WEBVTT")
    cues = list(_unrolled(_voiced([_spoken(block) for block in _blocks(text, is_vtt, path)])))
    if not cues:
        raise SourceError("there are no words in these subtitles", hint=_HINT, path=path)
    title = header.removeprefix("WEBVTT").strip(" -\t\ufeff") if is_vtt else ""
    return compose(cues, "vtt" if is_vtt else "srt", encoding, title or None)


def _blocks(text: str, is_vtt: bool, path: Path) -> list[_Block]:
    lines = [text[line.start : line.end] for line in split_lines(text)]
    blocks: list[_Block] = []
    is_open = False
    for number, line in enumerate(lines):
        timing = _TIMING.match(line)
        if timing:
            clocks = timing.groups()
            blocks.append(_Block(_seconds(clocks[:4]), _seconds(clocks[4:]), []))
            is_open = True
        elif _ARROW.match(line):
            raise SourceError("the times of this cue cannot be read", hint=_HINT, path=path, line=number + 1)
        elif is_vtt and not line:
            # Here a cue's words end; identifiers, comments and styles may follow. SRT goes on after blank lines.
            is_open = False
        elif is_open and not (_INDEX.fullmatch(line) and _is_index(lines, number)):
            blocks[-1].lines.append((number + 1, line))
    if not blocks:
        raise SourceError("there are no subtitles in it: no line gives two times", hint=_HINT, path=path)
    return blocks


def _is_index(lines: Sequence[str], number: int) -> bool:
    """Whether digits alone on a line number the next cue, rather than being said."""
    if number + 1 == len(lines):
        return not lines[number - 1].strip()
    return _ARROW.match(lines[number + 1]) is not None


def _seconds(clock: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = clock
    whole = int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return whole + int((fraction or "0").ljust(3, "0")) / 1000


def _spoken(block: _Block) -> list[Cue]:
    """The words of a cue, line by line and each voice's apart."""
    cues: list[Cue] = []
    voice: str | None = None
    has_dashes = sum(bool(_DASH.match(_words(line))) for _, line in block.lines) > 1
    for number, line in block.lines:
        # [words, name, words, name, words …]
        parts = _VOICE.split(line)
        for place in range(0, len(parts), 2):
            if place:
                voice = _words(parts[place - 1]) or None
            words = _words(parts[place])
            opening = _CHEVRONS.match(words) or (has_dashes and _DASH.match(words)) or None
            if opening:
                words = words[opening.end() :]
            if words:
                cues.append(Cue(words, block.start, block.end, number, voice, opening is not None))
    return cues


def _words(line: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", line)).split())


def _voiced(spoken: list[list[Cue]]) -> list[list[Cue]]:
    """The cues, where a recorder has put a name before each with those names as their voices."""
    heads = [_NAMED.match(cues[0].text) for cues in spoken if cues]
    names = {head[1] for head in heads if head}
    has_voices = any(cue.voice for cues in spoken for cue in cues)
    if has_voices or len(heads) < _NAMED_CUES or not all(heads) or len(names) * 2 > len(heads):
        return spoken
    voiced = []
    for cues in spoken:
        head = _NAMED.match(cues[0].text) if cues else None
        if head:
            first, *others = cues
            first = replace(first, text=first.text[head.end() :])
            cues = [replace(cue, voice=head[1].strip()) for cue in (first, *others)]
        voiced.append(cues)
    return voiced


def _unrolled(spoken: list[list[Cue]]) -> Iterator[Cue]:
    """All lines once: where captions roll, without what a cue repeats of the cue before."""
    overlaps = [_overlap(before, cues) for before, cues in zip([[], *spoken[:-1]], spoken, strict=True)]
    if sum(overlap > (0, 0) for overlap in overlaps) < max(_ROLLING_CUES, _ROLLING * len(spoken)):
        overlaps = [(0, 0)] * len(spoken)
    for cues, (lines, characters) in zip(spoken, overlaps, strict=True):
        fresh = cues[lines:]
        if characters:
            fresh[0] = replace(fresh[0], text=fresh[0].text[characters:].strip())
        yield from fresh


def _overlap(before: list[Cue], cues: list[Cue]) -> tuple[int, int]:
    """How many lines of a cue repeat the end of the cue before, or else how many characters of its first line do."""
    for count in range(min(len(before), len(cues)), 0, -1):
        if [cue.text for cue in before[-count:]] == [cue.text for cue in cues[:count]]:
            return count, 0
    if before and cues and len(before[-1].text) > _SHORT and cues[0].text.startswith(before[-1].text):
        return 0, len(before[-1].text)
    return 0, 0
