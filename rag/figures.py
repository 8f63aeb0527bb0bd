"""Figures: the numbers of a text with their units, read from folded text in Chinese and English.

"1,845亿", "184.5 billion" and "1845 亿" are one value; "11.1万" is 111000; "三成" and "百分之三十" are 30 %. A percentage
point is not a per cent. Values are exact decimals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    """What a figure counts, as far as comparing figures needs it."""

    NUMBER = ""
    PERCENT = "%"
    POINTS = "pp"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in folded text at ``[start, end)``: ``value`` in ones (or in per cent, or percentage points).

    ``decimals`` is how many decimals of the written unit were given, and ``scale`` that unit (亿 = 10**8), so that
    rounding can be told from conflict. ``scaled`` says that a magnitude was written. ``currency`` is the currency as
    written, folded to one name, or None. ``is_rough`` says that but the count of its digits is said; ``value`` is the
    least of those then.
    """

    value: Decimal
    unit: Unit
    start: int
    end: int
    scale: Decimal = Decimal(1)
    decimals: int = 0
    scaled: bool = False
    currency: str | None = None
    is_rough: bool = False

    @property
    def key(self) -> str:
        """Equal for equal figures however they are written."""
        return f"{self.value.normalize():f}{self.unit.value}"


_SCALES = {
    "万亿": 12, "百万": 6, "千万": 7, "百亿": 10, "千亿": 11, "十亿": 9, "十万": 5, "万": 4, "亿": 8, "兆": 12, "千": 3, "百": 2,
    "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "mn": 6, "bn": 9, "mm": 6, "k": 3, "m": 6, "b": 9,
}  # fmt: skip
_DIGITS = {**{c: i for i, c in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}
_TENTHS = {"半": Decimal("0.5")} | {c: Decimal(i) / 10 for c, i in _DIGITS.items()}
_STEPS = {"十": 10, "百": 100, "千": 1000}
_CURRENCIES = {
    "人民币": "cny", "rmb": "cny", "cny": "cny", "¥": "cny", "元": "cny", "港元": "hkd", "港币": "hkd", "hk$": "hkd", "hkd": "hkd", "美元": "usd", "美金": "usd",
    "us$": "usd", "usd": "usd", "$": "usd", "dollars": "usd", "dollar": "usd", "欧元": "eur", "€": "eur", "日元": "jpy", "新台币": "twd", "yuan": "cny", "renminbi": "cny",
}  # fmt: skip
_CHINESE = r"[零〇一二两三四五六七八九十百千]"
_SCALE_WORDS = "|".join(sorted((s for s in _SCALES if not s.isascii()), key=len, reverse=True))
_ENGLISH_SCALES = "|".join(sorted((s for s in _SCALES if s.isascii()), key=len, reverse=True))
# 五 of "三成五" and "兩億三": nothing stands behind it that it could belong to.
_TENTH = r"[一二三四五六七八九半](?=$|[^\w]|的|左右|以[上下内]|[之至到多余]|[元港美人名])"
# Possessive quantifiers and bounded runs keep the match linear on hostile input.
_FIGURE = re.compile(
    rf"""
    (?P<before>hk\$|us\$|\$|¥|€|rmb|usd|hkd|cny|人民币)?[ ]?
    (?:
      (?P<percent_of>百分之)(?P<of>[0-9]{{1,9}}(?:\.[0-9]{{1,9}})?|{_CHINESE}{{1,9}}+(?:点{_CHINESE}{{1,6}})?)
    | (?P<number>(?<![0-9.,])[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,9}}+(?:\.[0-9]{{1,9}})?|(?<![0-9.])[0-9]{{1,24}}+(?:\.[0-9]{{1,9}})?)
    | (?P<chinese>{_CHINESE}{{1,12}}+)(?=[ ]?(?:成|个百分点|{_SCALE_WORDS}|元|倍))
    )
    (?:[ ]?(?P<scale>{_SCALE_WORDS}|(?:{_ENGLISH_SCALES})(?![a-z]))
      (?:(?<=[亿兆万])(?:(?P<rest>[0-9]{{1,4}}(?:,[0-9]{{3}})?(?=[万千百])|{_CHINESE}{{2,8}}+|{_CHINESE}(?=万))(?P<less>[万千百])?|(?P<next>{_TENTH})))?
    )?
    (?:[ ]?(?P<unit>%|个百分点|百分点|percentage[ ]points?|percent(?![a-z])|per[ ]cent(?![a-z])|成(?![立为长功就本员果分交品])(?P<tenth>{_TENTH})?|basis[ ]points?|bps(?![a-z])|个基点))?
    (?:[ ]?(?P<after>元|港元|港币|美元|美金|人民币|欧元|日元|新台币|dollars?|usd|hkd|rmb|yuan|renminbi))?
    """,
    re.VERBOSE,
)
#: "高個位數", "low double digits": how reports say by how many per cent something grew where they will not say it.
_ROUGH = re.compile(
    r"[高中低]?(?:(?P<one>[个单]位数)|(?P<two>[双两]位数)|(?P<three>三位数))|"
    r"\b(?:(?:high|mid|low)(?:[ -]to[ -](?:high|mid|low))?[ -])?(?:(?P<single>single)|(?P<double>double)|(?P<triple>triple))[ -]digits?\b|"
    r"\b(?P<teens>(?:high|mid|low)[ -]teens)\b"
)
#: Between the ends of a range.
_TO = re.compile(r"\s?(?:[-–—~至到]|to)\s?")
_ROUGHLY = {"one": 1, "single": 1, "two": 10, "double": 10, "teens": 10, "three": 100, "triple": 100}


def find(folded: str) -> Iterator[Figure]:
    """The figures of a folded text, in order."""
    for match in _FIGURE.finditer(folded):
        written = match["number"] or match["of"] or match["chinese"]
        value, decimals = _value(written)
        if value is None:
            continue
        scale = Decimal(10) ** _SCALES[match["scale"]] if match["scale"] else Decimal(1)
        unit, factor = _unit(match)
        end = match.end()
        if tenth := match["tenth"] or match["next"]:
            value, decimals = value + _TENTHS[tenth], 1
        elif match["rest"]:
            more, least = _rest(match)
            if more is None or decimals or more >= scale:
                end = match.start("rest")
            else:
                value, scale = (value * scale + more) / least, least
        start = (
            match.start("percent_of")
            if match["percent_of"]
            else match.start("number")
            if match["number"]
            else match.start("chinese")
        )
        if match["before"]:
            start = match.start("before")
        written_currency = match["after"] or match["before"]
        yield Figure(
            value * scale * factor,
            unit,
            start,
            end,
            scale * factor,
            decimals,
            bool(match["scale"]),
            _CURRENCIES.get(written_currency) if written_currency else None,
        )


def find_all(folded: str) -> list[Figure]:
    """The figures of a folded text and the per cents of which it says the number of digits, in order."""
    rough = [
        Figure(Decimal(_ROUGHLY[match.lastgroup or ""]), Unit.PERCENT, match.start(), match.end(), is_rough=True)
        for match in _ROUGH.finditer(folded)
    ]
    return sorted([*find(folded), *rough], key=lambda figure: figure.start)


def whole(folded: str, start: int, end: int) -> tuple[int, int]:
    """``[start, end)`` widened so that it cuts no figure, and that of a range ("13%到16%") it has both ends."""
    found = [(figure.start, figure.end) for figure in find(folded)]
    touched = [at for at, (first, last) in enumerate(found) if first < end and last > start]
    if not touched:
        return start, end
    first, last = touched[0], touched[-1]
    if first > 0 and _TO.fullmatch(folded, found[first - 1][1], found[first][0]):
        first -= 1
    if last + 1 < len(found) and _TO.fullmatch(folded, found[last][1], found[last + 1][0]):
        last += 1
    return min(start, found[first][0]), max(end, found[last][1])


def terms(folded: str) -> Iterator[str]:
    """One search term for each figure with a magnitude or a per cent, equal for equal values."""
    for figure in find(folded):
        if figure.scaled or figure.unit is not Unit.NUMBER or figure.value >= 1000:
            yield f"#{figure.key}"


def _unit(match: re.Match[str]) -> tuple[Unit, Decimal]:
    unit = match["unit"]
    if match["percent_of"] or unit in ("%", "percent", "per cent"):
        return Unit.PERCENT, Decimal(1)
    if unit is None:
        return Unit.NUMBER, Decimal(1)
    if unit[0] == "成":
        return Unit.PERCENT, Decimal(10)
    if "基点" in unit or unit.startswith(("basis", "bps")):
        return Unit.POINTS, Decimal("0.01")
    return Unit.POINTS, Decimal(1)


def _rest(match: re.Match[str]) -> tuple[Decimal | None, Decimal]:
    """What follows a magnitude ("2,300万" of "1亿2,300万") in ones, and the least unit that is written."""
    more, _ = _value(match["rest"])
    least = Decimal(10) ** (_SCALES[match["less"]] if match["less"] else 0)
    return (None, least) if more is None else (more * least, least)


def _value(written: str) -> tuple[Decimal | None, int]:
    if written[0].isascii():
        plain = written.replace(",", "")
        return Decimal(plain), len(plain.partition(".")[2])
    whole, _, fraction = written.partition("点")
    number = _chinese_integer(whole)
    if number is None or any(c not in _DIGITS for c in fraction):
        return None, 0
    digits = "".join(str(_DIGITS[c]) for c in fraction)
    return Decimal(f"{number}.{digits}") if digits else Decimal(number), len(digits)


def _chinese_integer(written: str) -> int | None:
    if all(c in _DIGITS for c in written):
        return int("".join(str(_DIGITS[c]) for c in written))
    total, digit = 0, None
    for c in written:
        if c in _DIGITS:
            digit = _DIGITS[c]
        else:
            total += (1 if digit is None else digit) * _STEPS[c]
            digit = None
    return total + (digit or 0)
