"""By how much something changed: which figures of a text say that, and not how much there is of it; and against when."""

from __future__ import annotations

import re
from enum import StrEnum

from rag import directions, periods


class Against(StrEnum):
    """What a change is measured against."""

    YEAR = "a year before"
    QUARTER = "a quarter before"


_CHINESE, _ENGLISH = ("|".join(words) for words in zip(*directions.OF_CHANGE.values(), strict=True))
# All of folded text. "增加 12 億", "同比 12%", "grew by 12%", but not "增至 12 億", "rose to 12%".
_BEFORE = re.compile(
    rf"(?:{_CHINESE}|同比|环比|按年|按季|[增升涨降跌]幅|增速|[增升涨减降跌]|\b(?:{_ENGLISH})\b)"
    r"(?:了|率|约|近|逾|超过?|接近|达到?|为|是|录得|人民币|\b(?:by|of|about|around|nearly|over|approximately|roughly|was|is|us|hk|rmb)\b|[\s$¥])*$"
)
_AFTER = re.compile(
    r"\s?(?:的?(?:增长|[增升涨降跌]幅|增速)|(?:(?:year[- ]o(?:ver|n)[- ]year|yoy|annual|sequential) )?"
    r"(?:growth|increase|decrease|decline|drop|gain|higher|lower|year[- ]o(?:ver|n)[- ]year|yoy)\b)"
)
_AGAINST = re.compile(
    rf"(?P<year>{periods.BY_YEAR}|去年同期|\ba year (?:ago|earlier)\b)|(?P<quarter>{periods.BY_QUARTER}|上一?个?季)"
)
#: Code points before and after a figure in which such words are looked for.
_NEAR = 32


def tells(folded: str, start: int, end: int) -> bool:
    """Whether the figure at ``[start, end)`` of a folded text is what something rose or fell by."""
    return _BEFORE.search(folded, max(0, start - _NEAR), start) is not None or _AFTER.match(folded, end) is not None


def against(before: str, after: str) -> Against | None:
    """What a change is measured against, by what stands before and after it in its sentence, folded; the nearest counts, and
    what stands before."""
    found = [*_AGAINST.finditer(before)][-1:] or [*_AGAINST.finditer(after[:_NEAR])][:1]
    return next((Against.YEAR if match["year"] else Against.QUARTER for match in found), None)
