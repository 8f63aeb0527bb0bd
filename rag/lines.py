"""Lines of a text, with offsets.

A line ends at ``\\n``, ``\\r\\n`` or ``\\r`` only. ``str.splitlines`` knows eight more ends (form feed, U+2028, ...),
which editors do not count as lines, so that a citation's line number would be off.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from rag.records import Span

_LINE_END = re.compile(r"\r\n|\r|\n")


class Line(NamedTuple):
    """One line as code points ``[start, end)`` of the text; ``end`` stands before the line's end characters."""

    start: int
    end: int


def split_lines(text: str) -> list[Line]:
    """The lines of a text, at least one. Text after the last line end is a line; the nothing after it is not."""
    lines = []
    start = 0
    for mark in _LINE_END.finditer(text):
        lines.append(Line(start, mark.start()))
        start = mark.end()
    if start < len(text) or not lines:
        lines.append(Line(start, len(text)))
    return lines


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Offsets of ``text[start:end]`` without white space at both ends; ``(start, start)`` if nothing else is there."""
    run = text[start:end]
    kept = run.lstrip()
    if not kept:
        return start, start
    start = end - len(kept)
    return start, start + len(kept.rstrip())


class LineIndex:
    """Turns offsets into spans with line numbers, in logarithmic time."""

    def __init__(self, lines: list[Line]):
        self._starts = [line.start for line in lines]

    def line_of(self, offset: int) -> int:
        """The number, from 1, of the line that holds this offset; a line's end characters belong to it."""
        return max(1, bisect_right(self._starts, offset))

    def span(self, char_start: int, char_end: int) -> Span:
        """The span of ``[char_start, char_end)``; an empty one lies on one line."""
        return Span(char_start, char_end, self.line_of(char_start), self.line_of(max(char_start, char_end - 1)))
