"""Which way a text says that things go: up or down, by the words for it in either language."""

from __future__ import annotations

import re
from enum import StrEnum


class Direction(StrEnum):
    """Which way."""

    UP = "up"
    DOWN = "down"


_WORDS = {
    Direction.UP: re.compile(
        r"增加|增长|增至|上升|上涨|上调|升至|提升|提高|改善|扩大|加快|加速|回升|反弹|转正|走高|"
        r"\b(?:up|increas(?:e|es|ed|ing)|ris(?:e|es|en|ing)|rose|grow(?:s|n|th|ing)?|grew|gain(?:s|ed)?|higher|"
        r"expan(?:d|ds|ded|sion)|accelerat(?:e|es|ed|ing|ion)|improv(?:e|es|ed|ing|ement)|jump(?:s|ed)?|surg(?:e|es|ed))\b"
    ),
    Direction.DOWN: re.compile(
        r"减少|下降|下跌|下滑|下调|降至|降低|缩小|收窄|放缓|减速|回落|恶化|转负|走低|"
        r"\b(?:down|decreas(?:e|es|ed|ing)|fall(?:s|en|ing)?|fell|declin(?:e|es|ed|ing)|drop(?:s|ped|ping)?|lower|"
        r"shr(?:ink|inks|ank|unk)|contract(?:ed|ion)|slow(?:s|ed|er|ing)?|decelerat(?:e|es|ed|ing|ion)|worsen(?:s|ed|ing)?)\b"
    ),
}


def of(folded: str) -> frozenset[Direction]:
    """The ways that a folded text speaks of."""
    return frozenset(way for way, words in _WORDS.items() if words.search(folded))
