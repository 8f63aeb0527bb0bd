"""Where a document's text stands: on which lines, at what time, on which page.

Lines are those of the text, except where its marks give lines of the source file, as subtitles' do.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rag.lines import Line, LineIndex, split_lines, trim
from rag.records import Mark, Span


class Row(NamedTuple):
    """One line as it is shown: its number, and its code points ``[start, end)``."""

    number: int
    start: int
    end: int


class Places:
    """Turns offsets of one document into spans with line numbers, in logarithmic time, and gives its lines."""

    def __init__(self, text: str, marks: Sequence[Mark] = (), lines: list[Line] | None = None):
        self._text = text
        self._marks = marks
        self._has_lines = bool(marks) and marks[0].line is not None
        self._lines = split_lines(text) if lines is None else lines
        self._index = LineIndex(self._lines)

    def span(self, char_start: int, char_end: int) -> Span:
        """The span of ``[char_start, char_end)``; an empty one lies on one line."""
        if not self._has_lines:
            return self._index.span(char_start, char_end)
        first, last = _mark_at(self._marks, char_start), _mark_at(self._marks, max(char_start, char_end - 1))
        return Span(char_start, char_end, first.line or 1, last.line or 1)

    def rows(self) -> list[Row]:
        """All lines, as they are shown and cited; those of the source file only as far as they have words."""
        if not self._has_lines:
            return [Row(number, line.start, line.end) for number, line in enumerate(self._lines, 1)]
        ends = [*(mark.char_start for mark in self._marks[1:]), len(self._text)]
        return [
            Row(mark.line or 1, *trim(self._text, mark.char_start, end))
            for mark, end in zip(self._marks, ends, strict=True)
        ]


def times(marks: Sequence[Mark], char_start: int, char_end: int) -> tuple[float | None, float | None]:
    """When what stands at ``[char_start, char_end)`` begins and ends to be said, in seconds."""
    if not marks:
        return None, None
    return _mark_at(marks, char_start).time_start, _mark_at(marks, max(char_start, char_end - 1)).time_end


def page(marks: Sequence[Mark], char_start: int) -> int | None:
    """The page of a character, from 1."""
    return _mark_at(marks, char_start).page if marks else None


def paragraph(text: str, char_start: int) -> int:
    """The paragraph of a character, from 1: each line with words is one, a heading, an item and a table's row too."""
    end = text.find("\n", char_start)
    return sum(bool(line.strip()) for line in text[: end if end >= 0 else len(text)].split("\n"))


@lru_cache(maxsize=8)
def places(text: str, marks: tuple[Mark, ...]) -> Places:
    """The places of a document, made once while it is in use."""
    return Places(text, marks)


def _mark_at(marks: Sequence[Mark], offset: int) -> Mark:
    """The mark that holds at an offset; what stands before the first one is taken for its part."""
    return marks[max(0, bisect_right(marks, offset, key=lambda mark: mark.char_start) - 1)]
