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
#: What is told of the future may leave out of when.
_OUTLOOK = (
    r"预[计期估料]|指引|目标|财测|"
    r"\b(?:expect|anticipat|project|forecast|target|guid|outlook|should (?:be|land|come)|look(?:ing)? for|assum)"
)
_MONTHS = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_EARLIER = rf"上一?年度?|一年前|\b(?:last|prior|previous)[- ](?:year|spring|summer|fall|autumn|winter|{_MONTHS})\b"
_WHOLE = (
    r"全财年|[今本]年|过去一年|年内|\b(?:for|over|in|of|this) (?:the )?(?:fiscal )?year\b|\btwelve months\b|\bannual"
)
#: How a question names a period from where the speaker stands, and what in a passage may speak of that: the same, a
#: comparison with it, or a year, quarter or month by its number or name.
_RELATIVE = tuple(
    (re.compile(asked), re.compile(f"{asked}|{told}"))
    for asked, told in (
        (_NEXT_YEAR, rf"{YEAR.pattern}|\bnext {_MONTHS}\b"),
        (_LAST_YEAR, f"{BY_YEAR}|{YEAR.pattern}|{_EARLIER}"),
        (_NEXT_QUARTER, rf"{QUARTER.pattern}|{_OUTLOOK}|\b{_MONTHS} quarter\b"),
        (_LAST_QUARTER, f"{BY_QUARTER}|{QUARTER.pattern}"),
        (r"下半年|\bsecond half\b|\bh2\b|\b2h", r"下半财年|\b(?:back|latter) half\b"),
        (r"上半年|\bfirst half\b|\bh1\b|\b1h", r"上半财年|半年|\bthe half\b|\bsix months\b"),
        (r"全年|\bfull[- ]year\b|\bwhole year\b", f"{_WHOLE}|{_OUTLOOK}|{YEAR.pattern}"),
    )
)
#: Against when a change is measured, which is not when it was: "比去年", "vs last year".
_COMPARED = re.compile(
    rf"(?:比起?|较|跟|与|和|同)(?:{_LAST_YEAR}|{_LAST_QUARTER})|"
    rf"\b(?:vs\.?|versus|than|from|over|against|compared? (?:with|to)) (?:the |a |in )*(?:{_LAST_YEAR}|{_LAST_QUARTER})"
)


def named(folded: str) -> tuple[frozenset[str], frozenset[str]]:
    """The years ("2025") and quarters ("1" to "4") that a folded text names."""
    return (
        frozenset(match[0][:4] for match in YEAR.finditer(folded)),
        frozenset(_quarter(match) for match in QUARTER.finditer(folded)),
    )


def lacks(question: str, passage: str) -> bool:
    """Whether a folded question is of a period, told from where the speaker stands, that a folded passage does not name."""
    of = _COMPARED.sub(" ", question)
    return any(asked.search(of) and not told.search(passage) for asked, told in _RELATIVE)


def _quarter(match: re.Match[str]) -> str:
    written = next(filter(None, match.groups()))
    return _QUARTERS.get(written, written)
