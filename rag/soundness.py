"""Whether what an index says of a document can be: types, places within the text, and an order.

Damage that no checksum was compared for, or a stranger's hand, must not become a wrong quote or an error further on.
"""

from __future__ import annotations

import math
from itertools import repeat
from typing import Any

from rag.records import Span, Speaker, Transcript, Turn

#: What may be missing.
_TEXT = (str, type(None))
_NUMBER = (int, type(None))


def is_sound(name: Any, source: Any, passages: Any, transcript: Transcript, rows: int) -> bool:
    """Whether a document's parts, as they were read, are of their types and fit each other.

    Args:
        passages: its rows [first, end), of ``rows`` in the index.
    """
    size = len(transcript.text)
    ends = [section.span.char_end for section in transcript.sections]
    turns = transcript.turns
    places = [mark.char_start for mark in transcript.marks]
    return (
        isinstance(name, str)
        and _are(int, source.root, source.bytes)
        and _are(str, source.path, source.sha256, transcript.encoding, transcript.format)
        and _are(_TEXT, transcript.title, transcript.byline, transcript.date)
        and len(passages) == 2
        and _are(int, *passages)
        and 0 <= passages[0] <= passages[1] <= rows
        and all(_within(section.span, size) and _are(_TEXT, section.title) for section in transcript.sections)
        and [section.span.char_start for section in transcript.sections] == [0, *ends[:-1]]
        and all(_is_turn(turn, size, len(ends)) for turn in turns)
        and all(a.span.char_end <= b.label.char_start for a, b in zip(turns, turns[1:], strict=False))
        and all(_are(int, m.char_start) and _are(_NUMBER, m.page, m.line) for m in transcript.marks)
        and all(_is_time(time) for m in transcript.marks for time in (m.time_start, m.time_end))
        and places == sorted(places)
        and all(0 <= place <= size for place in places)
    )


def _is_turn(turn: Turn, size: int, sections: int) -> bool:
    speaker: Speaker = turn.speaker
    return (
        _are(str, speaker.name)
        and _are(_TEXT, speaker.organisation, speaker.title)
        and _within(turn.label, size)
        and _within(turn.span, size)
        and turn.label.char_end <= turn.span.char_start
        and _are(int, turn.section)
        and 0 <= turn.section < sections
        and _are(_NUMBER, turn.exchange)
        and _are(bool, turn.is_question)
        and _is_time(turn.time_start)
        and _is_time(turn.time_end)
    )


def _within(span: Span, size: int) -> bool:
    return (
        _are(int, span.char_start, span.char_end, span.line_start, span.line_end)
        and 0 <= span.char_start <= span.char_end <= size
        and 1 <= span.line_start <= span.line_end
    )


def _is_time(seconds: Any) -> bool:
    return seconds is None or isinstance(seconds, int | float) and math.isfinite(seconds) and seconds < 1e9


def _are(kind: Any, *values: Any) -> bool:
    return all(map(isinstance, values, repeat(kind)))
