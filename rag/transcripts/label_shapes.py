"""The shapes of a speaker line's naming part, and whom it names.

The shapes, each in Traditional, Simplified or English, with a full-width or an ASCII colon, bold or not:

===============================================  =====================================================  ===========
shape                                            examples                                               strength
===============================================  =====================================================  ===========
a role, with or without a house                  騰訊管理層: · 來自花旗的提問者: · Operator                    SURE
name, then dash-separated house or title         Jane Doe -- Firm -- Analyst · Jane Doe - CFO           SURE
title and name, before a colon                   首席執行官 沈某: · CFO Jane Doe: · Jane Doe (CFO):         SURE
name, comma, title (or a known broker)           **Jane Doe (JD), CFO** · Jane Doe, Citi:               SURE
a mark with a name                               Q - Jane Doe, Firm: · A1(沈某): · Q1(某某證券 沈某):        SURE, MARK
a mark, or who may ask                           Q: · A2: · 問: · 答: · Q (Firm): · 投資人: · 記者:           MARK
name, comma or dash, an unknown house            **Jane Doe, Foo Bar** · JANE DOE, FOO BAR ·            NAME
                                                 Jane Doe -- Foo Bar
Chinese name and title or house, with a space    沈某 首席執行官 · 首席執行官 沈某 · 沈某 某某證券分析員       NAME
a name and nothing else, before a colon or bold  Jane Doe: · 沈某: · **Jane Doe**                          NAME
a name and nothing else                          Jane Doe                                               INTRODUCED
===============================================  =====================================================  ===========

Marks that stand for a side are short for it: "Q" is an analyst, "A" is management.
"""

from __future__ import annotations

import re
from dataclasses import replace
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from rag.records import Role, Speaker
from rag.transcripts import vocabulary as words
from rag.transcripts.affiliations import is_house, read_affiliation
from rag.transcripts.names import SUFFIX, name_words


class Strength(Enum):
    """How much a label needs besides its own words."""

    SURE = "needs nothing"
    MARK = "needs questions and answers in the document"
    NAME = "needs evidence that the document names speakers so"
    INTRODUCED = "needs the same name with a role elsewhere"


class Reading(NamedTuple):
    """A naming part as read; the fields are those of ``speakers.Label``."""

    speaker: Speaker
    strength: Strength
    asks: bool | None = None
    words: int = 0


_DASH = re.compile(r"\s+(?:--+|[-–—―])\s+|\s*(?:——|--|—)\s*")
#: What parts a name, a title and a house; "Jr." and its like belong to the name before the comma.
COMMA = re.compile(rf"\s*[,\uff0c](?!\s*{SUFFIX})\s*")
_PARENTHESES = re.compile(r"^(?P<name>[^()\uff08\uff09]+?)\s*[(\uff08](?P<inside>[^()\uff08\uff09]{1,60})[)\uff09]$")

_HAN_WORD = re.compile(r"[㐀-鿿]{2,3}")

_MARK = re.compile(
    r"(?P<mark>Q|A|Question|Answer|問題|问题|提問|提问|回答|問|问|答)"
    r"\s*(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})?\.?"
    r"\s*(?:[(\uff08](?P<inside>[^()\uff08\uff09]{1,60})[)\uff09]|(?:--?|[–—])\s*(?P<beside>\S.{0,80}))?",
    re.IGNORECASE,
)
_ASKING_MARKS = frozenset({"q", "question", "問題", "问题", "提問", "提问", "問", "问"})

_FROM_HOUSE = re.compile(
    rf"(?:來自|来自)(?P<house>[^,\uff0c。;\uff1b?\uff1f]{{1,24}}?)的?(?:{words.ZH_ANALYST})"
    rf"(?P<name>\s*[㐀-鿿A-Za-z .·]{{0,24}}?)(?:{words.ZH_DEEDS})?"
)
_WHICH_EN = re.compile(r"\s+(?:#?[0-9]{1,2}|[A-Z])$")
_ROLE_WORD = re.compile(
    rf"(?P<house>[㐀-鿿A-Za-z0-9&. ]{{0,16}}?)\s*"
    rf"(?:(?:{words.ZH_MANAGEMENT})|(?P<analyst>{words.ZH_ANALYST}))(?:{words.ZH_DEEDS})?(?:{words.WHICH})?"
)
_AUDIENCE = re.compile(
    rf"(?P<house>[㐀-鿿]{{0,10}}?)(?:{words.ZH_AUDIENCE})(?:{words.ZH_DEEDS})?(?:{words.WHICH})?"
    r"(?:[(\uff08](?P<inside>[^()\uff08\uff09]{2,20})[)\uff09])?"
)
#: Jane Doe ..... A, as pages with the side set at the right margin become text.
_AT_MARGIN = re.compile(r"(?P<name>\S.{0,60}?)(?:\s{2,}|\s*[.\u2026]{3,}\s*|\t+)(?P<mark>[QA])")
_TITLE_THEN_NAME = re.compile(
    rf"(?P<house>[㐀-鿿A-Za-z&]{{0,10}}?)(?P<title>(?:{words.ZH_TITLE}|{words.ZH_ANALYST})"
    rf"(?:\s*[兼及和、/]\s*[㐀-鿿]{{0,4}}?(?:{words.ZH_TITLE}))*)(?P<space>\s*)(?P<name>.{{0,40}})"
)
_NAME_THEN_TITLE = re.compile(rf"(?P<name>[㐀-鿿]{{2,4}})\s+(?P<title>[㐀-鿿A-Za-z]{{0,8}}(?:{words.ZH_TITLE}))")
_SPACED = re.compile(r"([㐀-鿿A-Za-z&]{2,24})[ \u3000]+([㐀-鿿A-Za-z&]{2,24})")
_ANALYST_END = re.compile(rf"(?:{words.ZH_ANALYST})$")
_EN_TITLE_THEN_NAME = re.compile(
    r"(?P<title>C[EFOTSM]O|President|Chairman|Chairwoman|Analyst)\s+(?P<name>[A-Z].{1,40})"
)


# The same few labels recur through a call, and one may have a million lines.
@lru_cache(maxsize=4096)
def read_head(head: str, colon: bool, bold: bool) -> Reading | None:
    """Reads a naming part without its colon, bold marks and blanks, or gives None if it is of no shape.

    Args:
        head: the words before the colon, or the whole line where it has none.
        colon: whether a colon follows.
        bold: whether the words are bold.
    """
    if not head:
        return None
    marked = colon or bold
    return (
        _read_at_margin(head)
        or _read_mark(head, colon)
        or _read_role(head, marked)
        # Capitals set a line apart as bold does.
        or _read_affiliated(head, marked or head.isupper())
        or _read_titled(head, marked)
        or _read_name(head, marked)
    )


def _read_at_margin(head: str) -> Reading | None:
    match = _AT_MARGIN.fullmatch(head)
    if not match or not name_words(match["name"]):
        return None
    asks = match["mark"] == "Q"
    return Reading(Speaker(match["name"], Role.ANALYST if asks else Role.MANAGEMENT), Strength.SURE, asks, words=2)


def _read_mark(head: str, colon: bool) -> Reading | None:
    match = _MARK.fullmatch(head)
    if not match or not (colon or match["beside"]):
        return None
    asks = match["mark"].lower() in _ASKING_MARKS
    speaker = Speaker(head, Role.ANALYST if asks else Role.MANAGEMENT)
    inside, beside = match["inside"], match["beside"]
    if inside:
        if name_words(inside) and not is_house(inside) and not asks:
            return Reading(replace(speaker, name=inside), Strength.MARK, asks)
        affiliation = read_affiliation(COMMA.split(inside))
        named = _read_affiliated(inside, True) or _read_spaced(inside, True)
        if named:
            return Reading(replace(named.speaker, role=speaker.role), Strength.MARK, asks)
        if affiliation:
            speaker = replace(speaker, organisation=affiliation.organisation, title=affiliation.title)
        return Reading(speaker, Strength.MARK, asks)
    if beside:
        named = _read_role(beside, True) or _read_affiliated(beside, True) or _read_name(beside, True)
        if not named:
            return None
        role = speaker.role if named.speaker.role is not Role.OPERATOR else Role.OPERATOR
        return Reading(replace(named.speaker, role=role), Strength.SURE, asks)
    return Reading(speaker, Strength.MARK, asks)


def _read_role(head: str, marked: bool) -> Reading | None:
    lower = head.lower()
    bare = _WHICH_EN.sub("", head).lower() if marked else lower
    if lower in words.OPERATOR_LABELS:
        return Reading(Speaker(head, Role.OPERATOR), Strength.SURE)
    if words.SPEAKER_NUMBER.fullmatch(head) or lower in words.UNKNOWN_LABELS:
        return Reading(Speaker(head), Strength.SURE) if marked or lower in words.UNKNOWN_LABELS else None
    if bare in words.ANALYST_LABELS and (marked or " " in lower):
        return Reading(Speaker(head, Role.ANALYST), Strength.SURE, True)
    if bare in words.MANAGEMENT_LABELS and (marked or lower.startswith("un")):
        return Reading(Speaker(head, Role.MANAGEMENT), Strength.SURE, False)
    if not marked:
        return None
    audience = _AUDIENCE.fullmatch(head)
    if audience and not words.NOT_A_HOUSE.match(audience["house"]):
        return Reading(Speaker(head, Role.ANALYST, audience["house"] or audience["inside"]), Strength.MARK, True)
    match = _FROM_HOUSE.fullmatch(head)
    if match:
        name = match["name"].strip() or head
        return Reading(Speaker(name, Role.ANALYST, match["house"].strip()), Strength.SURE, True)
    beside = _PARENTHESES.match(head)
    match = _ROLE_WORD.fullmatch(beside["name"] if beside else head)
    if not match or words.NOT_A_HOUSE.match(match["house"]):
        return None
    if beside:
        if not match["analyst"] or not is_house(beside["inside"]):
            return None
        return Reading(Speaker(beside["name"], Role.ANALYST, beside["inside"]), Strength.SURE, True)
    house = match["house"].strip() or None
    if house in {"公司", "我們", "我们"}:
        house = None
    if match["analyst"]:
        return Reading(Speaker(head, Role.ANALYST, _without_name(house or "")), Strength.SURE, True)
    return Reading(Speaker(head, Role.MANAGEMENT, house), Strength.SURE, False)


def _without_name(house: str) -> str | None:
    """What stands before a role or title without a person's name: 凱基 of 凱基王, nothing of 王 or 王大明.

    Two characters alone may be a house that begins like a name.
    """
    if not house or is_house(house):
        return house or None
    for length in (1, 2, 3):
        before, name = house[:-length].strip(), house[-length:]
        is_name = name in words.SURNAMES if length == 1 else bool(name_words(name))
        if is_name and (is_house(before) or (not before and len(house) in (1, 3))):
            return before or None
    return house


def _read_affiliated(head: str, marked: bool) -> Reading | None:
    """Name -- Firm -- Analyst; Name, CFO; Name, Firm - CFO; Name (CFO)."""
    by_dash = _DASH.split(head)
    name, *parts = by_dash
    if parts:
        before, *after = COMMA.split(name)
        if name_words(before) and read_affiliation(after):
            name, parts = before, after + parts
    elif COMMA.search(_PARENTHESES.sub(r"\g<name>", head)):
        name, *parts = COMMA.split(head)
    if not parts:
        return _read_parentheses(head, marked)
    if is_house(name) and len(parts) == 1 and name_words(parts[0]):
        name, parts = parts[0], [name]
    count = name_words(name)
    affiliation = read_affiliation(parts)
    if not count or affiliation is None:
        return None
    dashed = len(by_dash) > 1
    if not affiliation.known and not dashed and not marked:
        # "Paris, France" has the same shape.
        return Reading(Speaker(name, organisation=affiliation.organisation), Strength.INTRODUCED, words=count)
    speaker = Speaker(name, affiliation.role, affiliation.organisation, affiliation.title)
    return Reading(
        speaker, Strength.SURE if affiliation.known else Strength.NAME, words=0 if affiliation.known else count
    )


def _read_parentheses(head: str, marked: bool) -> Reading | None:
    """Name (CFO); 沈某（某某證券）; on a line of its own in Chinese alone."""
    match = _PARENTHESES.match(head)
    affiliation = read_affiliation(COMMA.split(match["inside"])) if match else None
    # An alias in parentheses is not a house.
    if not match or affiliation is None or not affiliation.known:
        return None
    # A title makes a name of a few Han characters, whatever the first.
    is_titled = affiliation.title and _HAN_WORD.fullmatch(match["name"]) and match["name"] not in words.ZH_NOT_NAMES
    if not name_words(match["name"]) and not is_titled:
        return None
    if not marked and match["name"].isascii():
        return None
    role = Role.OPERATOR if match["name"].lower() in words.OPERATOR_LABELS else affiliation.role
    speaker = Speaker(match["name"], role, affiliation.organisation, affiliation.title)
    return Reading(speaker, Strength.SURE) if marked else Reading(speaker, Strength.NAME, words=2)


def _read_titled(head: str, marked: bool) -> Reading | None:
    """首席執行官 沈某; 沈某 首席執行官; CFO Jane Doe; 首席執行官."""
    return (_read_joined(head) if marked else None) or _read_spaced(head, marked)


def _read_joined(head: str) -> Reading | None:
    match = _NAME_THEN_TITLE.fullmatch(head)
    if match and name_words(match["name"]):
        return Reading(Speaker(match["name"], Role.MANAGEMENT, title=match["title"]), Strength.SURE)
    match = _EN_TITLE_THEN_NAME.fullmatch(head)
    if match and name_words(match["name"]):
        affiliation = read_affiliation([match["title"]])
        role = affiliation.role if affiliation else Role.UNKNOWN
        return Reading(Speaker(match["name"], role, title=match["title"]), Strength.SURE)
    match = _TITLE_THEN_NAME.fullmatch(head)
    if not match or words.NOT_A_HOUSE.match(match["house"]):
        return None
    name, title, house = match["name"].strip(), match["title"], _without_name(match["house"])
    if match["house"] and not name and not house and len(match["house"]) > 1:
        name = match["house"]
    spaced_han = match["space"] and re.fullmatch(r"[㐀-鿿]{2,4}", name) and not re.search(words.ZH_DEEDS, name)
    if name and not name_words(name) and not spaced_han:
        return None
    affiliation = read_affiliation([title])
    role = affiliation.role if affiliation else Role.MANAGEMENT
    return Reading(Speaker(name or head, role, house, title), Strength.SURE)


def _read_spaced(head: str, marked: bool) -> Reading | None:
    """沈某 首席執行官; 首席執行官 沈某; 沈某 某某證券分析員; marked also 某某投研 沈某."""
    match = _SPACED.fullmatch(head)
    if not match:
        return None
    for name, beside in ((match[1], match[2]), (match[2], match[1])):
        affiliation = read_affiliation([beside]) if name_words(name) and not name.isascii() else None
        if affiliation is None or not (affiliation.known or marked and not name_words(beside)):
            continue
        organisation, title = affiliation.organisation, affiliation.title
        if title and (end := _ANALYST_END.search(title)):
            organisation, title = title[: end.start()] or None, end[0]
        strength = Strength.SURE if marked and affiliation.known else Strength.NAME
        return Reading(Speaker(name, affiliation.role, organisation, title), strength, words=2)
    return None


def _read_name(head: str, marked: bool) -> Reading | None:
    if is_house(head):
        return Reading(Speaker(head, Role.ANALYST, head), Strength.NAME, words=1) if marked else None
    count = name_words(head)
    if not count:
        return None
    return Reading(Speaker(head), Strength.NAME if marked else Strength.INTRODUCED, words=count)
