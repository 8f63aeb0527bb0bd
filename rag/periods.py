"""The periods that a text names: years, quarters, and those told from where the speaker stands ("明年", "the second half")."""

from __future__ import annotations

import re

# All of folded text.
YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)(?:\s?年)?")
QUARTER = re.compile(
    r"(?:第\s?)?([一二三四1-4])\s?季度?|(?<![a-z0-9])q([1-4])(?![a-z0-9])|(?<![a-z0-9])([1-4])q(?![a-z])|"
    r"\b(first|second|third|fourth) quarter\b"
)
HALF = re.compile(r"([上下])半年|全年")
_QUARTERS = {"一": "1", "二": "2", "三": "3", "四": "4", "first": "1", "second": "2", "third": "3", "fourth": "4"}
_LAST_YEAR = r"去年|上年(?!度?半)|上一?个?财年|\b(?:last|prior|previous) (?:fiscal )?year\b|\byear[- ](?:ago|earlier)\b"
_NEXT_YEAR = r"明年|来年|次年|下一?个?财?年度?(?!度?半)|\bnext (?:fiscal |financial )?year\b|\bcoming year\b"
_LAST_QUARTER = r"上一?个?季度?|\b(?:last|prior|previous) quarter\b"
_NEXT_QUARTER = r"下一?个?季度?|\bnext quarter\b|\bcoming quarter\b"
#: A comparison with the year or quarter before.
BY_YEAR = r"同比|按年|年[增减升降]|\byear[- ]o(?:ver|n)\b|\byoy\b"
BY_QUARTER = r"环比|按季|季[增减升降]|\bquarter[- ]o(?:ver|n)\b|\bqoq\b|\bsequential"
#: How a question names a period from where the speaker stands, and what in a passage may speak of that: the same, a
#: comparison with it, or a year or quarter by its number.
_RELATIVE = tuple(
    (re.compile(asked), re.compile(f"{asked}|{told}" if told else asked))
    for asked, told in (
        (_NEXT_YEAR, YEAR.pattern),
        (_LAST_YEAR, f"{BY_YEAR}|{YEAR.pattern}"),
        (_NEXT_QUARTER, QUARTER.pattern),
        (_LAST_QUARTER, f"{BY_QUARTER}|{QUARTER.pattern}"),
        (r"下半年|\bsecond half\b|\bh2\b|\b2h", ""),
        (r"上半年|\bfirst half\b|\bh1\b|\b1h", ""),
        (r"全年|\bfull[- ]year\b|\bwhole year\b", ""),
    )
)


def named(folded: str) -> tuple[frozenset[str], frozenset[str]]:
    """The years ("2025") and quarters ("1" to "4") that a folded text names."""
    return (
        frozenset(match[0][:4] for match in YEAR.finditer(folded)),
        frozenset(_quarter(match) for match in QUARTER.finditer(folded)),
    )


def lacks(question: str, passage: str) -> bool:
    """Whether a folded question is of a period, told from where the speaker stands, that a folded passage does not name."""
    return any(asked.search(question) and not told.search(passage) for asked, told in _RELATIVE)


def _quarter(match: re.Match[str]) -> str:
    written = next(filter(None, match.groups()))
    return _QUARTERS.get(written, written)
