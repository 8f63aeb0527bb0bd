"""Titles beside a name in what is said: "Jane Doe, our chief executive", "our CFO Jack Roe", 財務總監沈某先生."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from rag.transcripts import vocabulary as words

#: Code points before a name, and behind it, in which its title stands.
_BEFORE, _BEHIND = 300, 90
#: Places of a name that are looked at: people are introduced early.
_TRIES = 20

_ROLE_EN = (
    rf"(?:{words.EN_TITLE}|(?:finance|product|technology|operating|commercial|medical) chief|chief|company secretary)"
)
# A capitalised word, or one of those that titles have in them; "could the CFO" is none.
_BESIDE_EN = (
    r"(?:[A-Z][\w&'’/-]*|(?i:our|the|its|senior|executive|group|global|regional|interim|acting|deputy|vice|co|and|of))"
)
_TITLE_BEHIND = re.compile(
    rf"(?:,|\s[-–—]+|\s\()\s*(?:who (?:is|serves as) )?(?P<title>(?:{_BESIDE_EN}[ -])*?(?i:{_ROLE_EN})\b[^,.;:()\n]*)"
)
_DEED_BEHIND = re.compile(
    r",? (?:and )?I (?:run|head|lead|look after|oversee|manage)\b|,? who (?:runs|heads|leads|looks after|oversees|manages|is responsible|has run|took over)\b"
    r"| (?:from|of|in|with) (?:the |our )?investor (?:relations|team)"
)
_DOCTOR = r"(?:(?:Dr|Mr|Ms|Mrs|Prof)\.?\s+)?"
_TITLE_BEFORE = re.compile(rf"\b(?P<title>(?:{_BESIDE_EN}[ -])*?(?i:{_ROLE_EN}))\s+{_DOCTOR}$")
# With a comma the title may be that of the one before.
_COMMA_TITLE = re.compile(
    rf"\b(?i:our|the|its)\s+(?P<title>(?:{_BESIDE_EN}[ -])*?(?i:{_ROLE_EN})(?: {_BESIDE_EN})*),\s+{_DOCTOR}"
)
_COMMA_BEFORE = re.compile(rf"{_COMMA_TITLE.pattern}$")
_NAME_END = re.compile(r"[A-Z][\w'’-]+,\s*$")
_LEADING = re.compile(
    r"(?:(?:our|the|its|and|of)\s+)+|(?:.*(?:以及|包括|還有|还有|今天|今日)|及)?(?:本?公司)?", re.IGNORECASE
)
# Words that lead up to a title end with one of these.
_HAN = r"[^\W\d_有是由請请的為为和同與与跟向交讓让給给位即我埋]"
_ROLE_ZH = (
    rf"(?:{words.ZH_TITLE}|副?(?:行長|行长|院長|院长|校長|校长)|總工程師|总工程师|{_HAN}{{2,4}}(?:主管|經理|经理|主任))"
)
_TITLE_BEFORE_ZH = re.compile(
    rf"(?P<title>{_HAN}{{0,8}}?{_ROLE_ZH}(?:兼{_ROLE_ZH})*)\s*(?:[A-Z][a-z]+(?:\s[A-Z][a-z]+)?\s*)?$"
)
_TITLE_BEHIND_ZH = re.compile(rf"[(\uff08](?P<title>{_HAN}{{0,8}}?{_ROLE_ZH})[)\uff09]")
#: Whom a label calls as one does on the call: 霍生, 王總, 李博士.
_CALLED_ZH = re.compile(r"(?P<name>[㐀-鿿]{1,3}?)(?P<honorific>先生|女士|小姐|博士|[總总董生太])")
# Of a list of those who take part: 沈某 財務總監;
_TITLE_LISTED = re.compile(
    rf"(?:先生|女士|小姐|博士)?[ \u3000]+(?P<title>{_HAN}{{0,8}}?{_ROLE_ZH}(?:兼{_ROLE_ZH})*)"
    r"(?=$|[\n,;、\uff0c\uff1b\uff5c|\uff0f/])"
)
_PREFIX = re.compile(rf"^{_DOCTOR}", re.IGNORECASE)


def title_of(text: str, name: str, own: set[int]) -> tuple[int, str | None] | None:
    """Where a title first stands beside a name, and that title, None where there is only a deed ("who runs sales"); None
    where there never is one.

    Args:
        name: as a label writes it. A single Western word may be anybody's first name.
        own: where labels begin, which are no places where something is said of somebody.
    """
    if called := _CALLED_ZH.fullmatch(name):
        if len(called["name"]) == 1:
            return _title_of_family(text, called["name"], called["honorific"])
        name = called["name"]
    elsewhere = (place for place in places(text, name) if place[0] not in own)
    for start, end in islice(elsewhere, _TRIES):
        begin = max(text.rfind("\n", 0, start) + 1, start - _BEFORE)
        before, behind = text[begin:start], text[end : end + _BEHIND]
        match = (
            _TITLE_BEHIND.match(behind)
            or _TITLE_BEHIND_ZH.match(behind)
            or _TITLE_BEFORE.search(before)
            or _TITLE_BEFORE_ZH.search(before)
            or _TITLE_LISTED.match(behind)
        )
        beside = _COMMA_BEFORE.search(before)
        # "our CEO, Jane Doe, our CFO, Jack Roe" or "Jane Doe, our CEO, Jack Roe, our CFO": as the first of them.
        if beside and not (_follow_names(before) and _NAME_END.search(before[: beside.start()])):
            match = beside
        if match:
            return start, _bare(match["title"])
        if _DEED_BEHIND.match(behind):
            return start, None
    return None


def _title_of_family(text: str, family: str, honorific: str) -> tuple[int, str | None] | None:
    """As `title_of` gives it, of the only one with a family name who has a title: 霍生 is 行政總裁霍某某."""
    given = rf"(?P<name>{family}(?!先生|女士|小姐|博士|[總总董生太])[㐀-鿿]{{1,2}})(?:先生|女士|小姐|博士|醫生|医生)?"
    title = rf"(?P<title>{_HAN}{{0,8}}?{_ROLE_ZH}(?:兼{_ROLE_ZH})*)"
    found = [
        match
        for pattern in (rf"{title}[ \u3000]*{given}", rf"{given}[ \u3000(\uff08]+{title}")
        for match in islice(re.finditer(pattern, text), _TRIES)
        # 董 is short for 董事長.
        if honorific != "董" or "董" in match["title"]
    ]
    shortest = min((match["name"] for match in found), key=len, default="")
    if not found or not all(match["name"].startswith(shortest) for match in found):
        return None
    first = min(found, key=lambda match: match.start())
    return first.start(), _bare(first["title"])


def _bare(title: str) -> str:
    """A title without the words that lead up to it."""
    leading = _LEADING.match(title.strip())
    return title.strip()[leading.end() :] if leading else title.strip()


def _follow_names(before: str) -> bool:
    """Whether in a list of names and titles the titles stand behind the names."""
    first = _COMMA_TITLE.search(before)
    return first is not None and _NAME_END.search(before[: first.start()]) is not None


def places(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Where a name stands, as a whole; with the family name that follows, where it is a single Western word."""
    bare = _PREFIX.sub("", name, count=1)
    is_family_name = bare != name and " " not in bare
    name = bare
    pattern = re.escape(name)
    if name[:1].isascii():
        pattern = rf"(?<![A-Za-z]){pattern}(?![A-Za-z])"
    if is_family_name:
        pattern = rf"(?:[A-Z][\w'’-]+ )?{pattern}"
    elif name.isascii() and " " not in name:
        pattern += r"(?: (?:[a-z]{2,3} )?[A-Z][\w'’-]+)?"
    for match in re.finditer(pattern, text, re.IGNORECASE if name.isupper() else 0):
        yield match.span()
