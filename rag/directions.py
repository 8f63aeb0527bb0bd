"""Which way a text says that things go: up or down, by the words for it in either language."""

from __future__ import annotations

import re
from enum import StrEnum


class Direction(StrEnum):
    """Which way."""

    UP = "up"
    DOWN = "down"


#: Words of folded text for a change, after which a figure says by how much ("增加 12 億", "grew 12%"), as alternatives of a
#: pattern: Chinese and English.
OF_CHANGE = {
    Direction.UP: (
        "增加|增长|上升|上涨|上调|提升|提高|改善|扩大|回升|反弹",
        "up|increas(?:e|es|ed|ing)|ris(?:e|es|en|ing)|rose|grow(?:s|n|th|ing)?|grew|gain(?:s|ed)?|higher|"
        "expan(?:d|ds|ded|sion)|improv(?:e|es|ed|ing|ement)|jump(?:s|ed)?|surg(?:e|es|ed)",
    ),
    Direction.DOWN: (
        "减少|下降|下跌|下滑|下调|降低|缩小|收窄|回落",
        "down|decreas(?:e|es|ed|ing)|fall(?:s|en|ing)?|fell|declin(?:e|es|ed|ing)|drop(?:s|ped|ping)?|lower|"
        "shr(?:ink|inks|ank|unk)|contract(?:ed|ion)|narrow(?:s|ed|ing)?",
    ),
}
#: Words that tell the way alone: a figure after them is where it went ("增至 12 億"), or none is meant ("加快").
_OF_WAY = {
    Direction.UP: ("增至|升至|加快|加速|转正|走高", "accelerat(?:e|es|ed|ing|ion)"),
    Direction.DOWN: (
        "降至|放缓|减速|恶化|转负|走低",
        "slow(?:s|ed|er|ing)?|decelerat(?:e|es|ed|ing|ion)|worsen(?:s|ed|ing)?",
    ),
}


def _pattern(way: Direction) -> re.Pattern[str]:
    (chinese, english), (more_chinese, more_english) = OF_CHANGE[way], _OF_WAY[way]
    return re.compile(rf"{chinese}|{more_chinese}|\b(?:{english}|{more_english})\b")


_WORDS = {way: _pattern(way) for way in Direction}


def of(folded: str) -> frozenset[Direction]:
    """The ways that a folded text speaks of."""
    return frozenset(way for way, words in _WORDS.items() if words.search(folded))
