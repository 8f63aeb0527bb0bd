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
#: Each a period, or a comparison with one, in both languages.
_RELATIVE = tuple(
    map(
        re.compile,
        (
            r"明年|来年|次年|下一?个?财?年度?(?!度?半)|\bnext (?:fiscal |financial )?year\b|\bcoming year\b",
            r"去年|上年(?!度?半)|上一?个?财年|同比|年增|年减|按年|\b(?:last|prior|previous) (?:fiscal )?year\b|\byear[- ](?:ago|earlier|over|on)\b|\byoy\b",
            r"下一?个?季度?|\bnext quarter\b|\bcoming quarter\b",
            r"上一?个?季度?|环比|按季|\b(?:last|prior|previous) quarter\b|\bquarter[- ](?:over|on)\b|\bqoq\b",
            r"下半年|\bsecond half\b|\bh2\b|\b2h",
            r"上半年|\bfirst half\b|\bh1\b|\b1h",
            r"全年|\bfull[- ]year\b|\bwhole year\b",
        ),
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
    return any(period.search(question) and not period.search(passage) for period in _RELATIVE)


def _quarter(match: re.Match[str]) -> str:
    written = next(filter(None, match.groups()))
    return _QUARTERS.get(written, written)
