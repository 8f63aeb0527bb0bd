"""Links questions with their answers.

Only turns in the questions and answers count. An analyst's turn opens an exchange and is a question; what management or
a speaker of unknown role says next is its answer; an operator's turn closes it. An analyst's turn goes on with the open
exchange, rather than opening one,

- right after the same analyst's turn: nobody has answered yet;
- right after an answer that only asks back: short, and ending in a question mark;
- if it only says thanks or agrees.

Who presides may be of the management: a short turn that names who asks next answers nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.records import Role, Section, SectionKind, Turn
from rag.transcripts.names import without_alias

# Characters: a Chinese question needs fewer, but an English one to confirm what was asked seldom more.
_SHORT = 160
_COURTESY = re.compile(
    r"\b(?:thanks?|thank you|great|got it|helpful|appreciate|okay|ok|perfect|understood|yes|right|sure|clear|"
    r"cheers)\b"
    r"|謝|谢|明白|好的|了解|瞭解|清楚|辛苦|沒錯|没错|^是的$|^對的?$|^对的?$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.。,!;、\s\uff0c\uff01\uff1b]*[.。,!;、\uff0c\uff01\uff1b]+\s*")
_QUESTION_END = re.compile(r"[?\uff1f][”」』\")\uff09]?$")


def link(text: str, sections: Sequence[Section], turns: Sequence[Turn]) -> list[Turn]:
    """The turns with their exchange numbers, from 1, and with ``is_question`` set on the asking side's."""
    linked: list[Turn] = []
    number = 0
    is_open = False
    before: Turn | None = None
    for turn in turns:
        if sections[turn.section].kind is not SectionKind.QA or turn.speaker.role is Role.OPERATOR:
            is_open = False
        elif turn.speaker.role is Role.ANALYST:
            if not (is_open and before and _goes_on(text, before, turn)):
                number += 1
                is_open = True
            turn = replace(turn, exchange=number, is_question=True)
        elif is_open:
            turn = replace(turn, exchange=number)
        if turn.is_question and before and before.exchange and not before.is_question and _calls(text, before, turn):
            linked[-1] = replace(before, exchange=None)
        linked.append(turn)
        before = turn
    return linked


def _calls(text: str, turn: Turn, asks: Turn) -> bool:
    """Whether a turn does no more than call the speaker of the next."""
    return turn.exchange != asks.exchange and without_alias(asks.speaker.name) in _short_words(text, turn)


def _goes_on(text: str, before: Turn, turn: Turn) -> bool:
    if before.is_question:
        return before.speaker == turn.speaker
    return _asks_back(_short_words(text, before)) or _is_courtesy(_short_words(text, turn))


def _short_words(text: str, turn: Turn) -> str:
    """What is said, or nothing if it is long."""
    span = turn.span
    return text[span.char_start : span.char_end] if span.char_end - span.char_start <= _SHORT else ""


def _asks_back(said: str) -> bool:
    return bool(_QUESTION_END.search(said))


def _is_courtesy(said: str) -> bool:
    clauses = [clause for clause in _CLAUSE.split(said) if clause.strip()]
    return bool(clauses) and not re.search(r"[?\uff1f]", said) and all(map(_COURTESY.search, clauses))
