"""The house that is named beside a name in what is said: "Jack Roe of Foo Securities", 某某證券的沈某."""

from __future__ import annotations

import re

from rag.records import Role
from rag.transcripts import vocabulary as words
from rag.transcripts.affiliations import is_house, read_affiliation

_HOUSE_BEHIND = re.compile(
    r"(?:\s+here)?(?:,|\s(?:of|from|with|at|in|for|on behalf of))\s+(?:the line of\s+)?(?P<house>[A-Z](?:[^,.;:!?\n]|(?<=\b[A-Z])\.){1,50}|[㐀-鿿]{2,10})"
)
_HOUSE_BEFORE = re.compile(r"(?:from|of|with|at|to)\s+(?P<house>[A-Z][\w&. '’-]{1,50}?),?\s+$")
_GOES_ON = re.compile(r"\s+(?:and|who|your|please|you|is|has|will|on|go|next)\b.*$")
_RUN_ZH = re.compile(r"(?P<run>[^\W\d_][\w&. ]{1,20}?)(?P<of>的|[,\uff0c、]\s*|\s+)?$")
_ALIAS_BEFORE = re.compile(r"(?:[A-Z][a-z]+\s?){1,2}$")
_NAMED = re.compile(r"[㐀-鿿]{2,10}|[A-Z][\w&. ]{1,30}")
_OURS = re.compile(r"我[們们]|本|公司|管理[層层]|大家|各位")
#: What leads up to a house and is no part of it.
_LEADS_ZH = re.compile(r"來自|来自|輪到|轮到|麻煩|麻烦|線上|线上|有請|有请|請|请|就是|是|下一位|一位|提問|提问|由|的")
_HONORIFIC = re.compile(r"\s*(?:先生|女士|小姐|博士|教授|醫生|医生)")


def house_beside(before: str, behind: str) -> str | None:
    """The house of whom is named between ``before`` and ``behind``, the rest of the sentence; None where there is none."""
    match = _HOUSE_BEHIND.match(_HONORIFIC.sub("", behind, count=1)) or _HOUSE_BEFORE.search(before)
    if match:
        house = _GOES_ON.sub("", match["house"]).strip()
        said = read_affiliation([house])
        if said and said.role is Role.ANALYST:
            return house
    run = _RUN_ZH.search(_ALIAS_BEFORE.sub("", before))
    house = _LEADS_ZH.split(run["run"])[-1].strip() if run else ""
    is_whose = run is not None and run["of"] == "的" and _NAMED.fullmatch(house) and not _OURS.match(house)
    return house if is_whose or is_house(house) or words.HOUSE_ENDS.search(house) else None
