"""Timed pieces of speech, from subtitles or speech recognition, joined to paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.records import Mark
from rag.transcripts.extracted import Extracted, Known, joint
from rag.transcripts.speakers import Label, recognise

#: Named where a file gives its speakers and leaves one out; nobody else's words are put under the speaker before.
UNKNOWN = "Unknown speaker"
# Seconds of silence that end a paragraph: after a sentence, and wherever they are.
_PAUSE = 1.5
_LONG_PAUSE = 4.0
_ENDS_SENTENCE = re.compile(r"[.!?。…\uff01\uff1f]['\"”’」』)\]\uff09]*$")
_HAS_STOP = re.compile(r"[.,!?。、…\uff01\uff0c\uff1f]")
# Recognisers without punctuation: then each piece is a line, since no sentence ends anywhere.
_FEW_STOPS = 0.1
_FEW_CUES = 6


@dataclass(frozen=True, slots=True)
class Cue:
    """One line of speech: its words, its time in seconds, its line in the file from 1, and who the file says speaks.

    ``begins`` is True where the file marks that somebody else begins to speak, without a name.
    """

    text: str
    start: float
    end: float
    line: int | None = None
    voice: str | None = None
    begins: bool = False


def compose(cues: Sequence[Cue], format: str, encoding: str, title: str | None = None) -> Extracted:
    """Joins cues: a paragraph ends where the speaker changes and at a long pause, a label opens each voice's turn."""
    has_voices = any(cue.voice for cue in cues)
    stops = sum(bool(_HAS_STOP.search(cue.text)) for cue in cues)
    is_punctuated = stops > _FEW_STOPS * len(cues) or len(cues) < _FEW_CUES
    text = ""
    pieces: list[str] = []
    marks: list[Mark] = []
    labels: list[Known] = []
    at = 0
    before: Cue | None = None
    voice: str | None = None
    name: str | None = None
    heads = [None if has_voices else _head(cue) for cue in cues]
    # Some recorders name the speaker in every cue.
    is_named_throughout = sum(head is not None for head in heads) * 2 > len(cues)

    def add(piece: str) -> None:
        nonlocal at, text
        pieces.append(piece)
        at += len(piece)
        text = piece or text

    for cue, head in zip(cues, heads, strict=True):
        if head and head.text_follows and is_named_throughout and head.speaker.name == name and not cue.begins:
            cue = replace(cue, text=cue.text[head.end :].strip())
        if head or cue.begins:
            name = head.speaker.name if head else None
        speaks = _voice(cue, before, voice) if has_voices else None
        begins = before is None or speaks != voice
        if begins or _ends_paragraph(before, cue):
            add("\n\n" if before else "")
        else:
            add(joint(text, cue.text) if is_punctuated else "\n")
        marks.append(Mark(at, cue.start, cue.end, line=cue.line))
        if begins and speaks:
            labels.append(Known(at, at + len(speaks) + 1, speaks))
            add(f"{speaks}:\n")
        add(cue.text)
        before, voice = cue, speaks
    return Extracted("".join(pieces) + "\n", format, encoding, tuple(marks), tuple(labels), title=title)


def _voice(cue: Cue, before: Cue | None, voice: str | None) -> str:
    """Who speaks; a cue without a voice in a file that has them goes on with the sentence before it, or is nobody's."""
    if cue.voice:
        return cue.voice
    if before and voice and not cue.begins and not _ENDS_SENTENCE.search(before.text):
        return voice
    return UNKNOWN


def _head(cue: Cue) -> Label | None:
    """The "NAME:" with which a cue begins."""
    label = recognise(cue.text)
    return label if label and label.layout.colon else None


def _ends_paragraph(before: Cue | None, cue: Cue) -> bool:
    if before is None or cue.begins:
        return True
    if _head(cue):
        return True
    pause = cue.start - before.end
    return pause >= _LONG_PAUSE or pause >= _PAUSE and bool(_ENDS_SENTENCE.search(before.text))
