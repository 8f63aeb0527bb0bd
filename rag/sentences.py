"""Where sentences end, in Chinese and English, without changing a character."""

from __future__ import annotations

import re

#: Sentence ends: CJK and Western stops with the quotes and brackets that close after them; a Western full stop only
#: before white space and what may open a sentence, so that 53.1, "U.S. dollars" and "e.g. this" stay whole; line ends.
_END = re.compile(
    r"""(?:[。！？!?；;…]+|(?<=[^\s.])\.(?=["'”’)\]]{0,2}\s+["'“‘(\[]?[A-Z0-9\u3400-\u9fff])|\.(?=["'”’)\]]{0,2}\s*$))["'”’)\]」』）】]*|[\r\n]+"""
)
#: What one can begin with: quicker to look for than all that may follow.
_BEGINS = re.compile(r"[。！？!?；;….\r\n]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Jr|Sr|St|Inc|Corp|Ltd|Co|No|vs|approx|est|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|\b[A-Z]|\b[a-z]\.[a-z])$"
)
#: A piece shorter than this says nothing by itself and stays with the sentence before it.
_SHORTEST = 6


def split(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """The sentences of ``text[start:end]`` as offsets into ``text``: in order, trimmed, none empty, nothing but white space between them."""
    end = len(text) if end is None else end
    ends = []
    stop = start
    for begin in _BEGINS.finditer(text, start, end):
        match = _END.match(text, begin.start(), end) if begin.start() >= stop else None
        if match is None:
            continue
        stop = match.end()
        if text[match.start()] == "." and _ABBREVIATION.search(text, max(start, match.start() - 8), match.start()):
            continue
        ends.append(stop)
    if not ends or ends[-1] < end:
        ends.append(end)
    pieces: list[tuple[int, int]] = []
    at = start
    for stop in ends:
        piece = _trim(text, at, stop)
        at = stop
        if piece is None:
            continue
        # Too short to stand alone, and on the same line as the one before: "對嗎?", "Yes."
        if pieces and piece[1] - piece[0] < _SHORTEST and "\n" not in text[pieces[-1][1] : piece[0]]:
            piece = (pieces.pop()[0], piece[1])
        pieces.append(piece)
    return pieces


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
