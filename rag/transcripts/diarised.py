"""Speakers whom a recogniser only counts, "Speaker 2" or 发言人2, named by what is said: "Tom Avery (Speaker 2)".

A name is theirs where their first words give it ("I'm Tom Avery of Foo Securities", 我是某某证券的沈某), or the last words
before they first speak call it. What cannot be told stays as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.lines import Line
from rag.transcripts import vocabulary as words
from rag.transcripts.affiliations import is_house
from rag.transcripts.evidence import Placed
from rag.transcripts.names import name_words
from rag.transcripts.speakers import Label

#: Code points of a turn in which speakers say who they are, of the turn before in which they are called, and the turns of
#: one speaker that are looked at for the former.
_GREETING, _CALL, _TURNS = 160, 160, 3

_NAME = r"[A-Z][\w'’-]+(?: (?:[A-Z]\.|[a-z]{2,3}|[A-Z][\w'’-]+)){0,2} [A-Z][\w'’-]+"
_BEHIND = r"(?=[,.;!]|\s+(?:(?:from|of|with|at)\s+(?:the\s+)?[A-Z]|and\s+I\b|here\b|head\b|chief\b|the\b))"
_I_AM = re.compile(
    rf"\b(?:[Ii]['’]m|I am|[Mm]y name is|[Tt]his is)\s+(?P<name>{_NAME}){_BEHIND}|(?P<here>{_NAME}) here\b"
)
_I_AM_ZH = re.compile(r"(?:我是|我叫|[這这](?:裡|里|邊|边)是)(?P<run>[^,.;!?\s\uff0c\u3002\uff1b\uff01\uff1f、]{2,24})")
#: "The first question comes from Tom Avery of Foo Securities", "I'll hand over to Tom Avery, our chief executive".
_CALLED = re.compile(
    rf"\b(?:[Ff]rom|[Ii]s|[Tt]o|[Nn]ext(?: up)?,?|[Ff]irst(?: up)?,?|[Nn]ow,?)\s+(?P<name>{_NAME})"
    r"(?:(?:,|\s(?:of|from|with|at))\s+(?:[A-Z]|(?:our|the|who)\b)[^.!?\n]*)?[.!?,]?\s*"
    r"(?:Please go ahead\.?|Please\.?|Go ahead\.?|Your line is (?:now )?open\.?)?\s*$"
)
#: "Tom, over to you."
_HANDED = re.compile(
    r"(?:^|[.!?,]\s+)(?P<name>[A-Z][a-z'’-]+),\s*(?:over to you|the floor is yours|please(?: go ahead)?|go ahead|you first)[.!]?\s*$"
)
_CALLED_ZH = re.compile(
    r"(?:有請|有请|請|请|交給|交给|歡迎|欢迎|來自|来自|[一1]位是|[问問][题題]是)(?P<run>[^,.;!?\s\uff0c\u3002\uff1b\uff01\uff1f、]{2,24}?)"
    r"(?:[,\uff0c]\s*(?:請|请)[您你]?(?:提問|提问|發問|发问|發言|发言|講|讲)?)?[\u3002.!\uff01]?\s*$"
)
_HONORIFIC = re.compile(r"(?:先生|女士|小姐|博士|[總总董])$")
#: What stands behind the name of whom is called.
_DEEDS = re.compile(
    r"(?:先?(?:來|来)|先|[為为][大各].{1,3})?(?:提問|提问|發問|发问|發言|发言|講話|讲话|介紹.*|介绍.*|分享.*|回答.*)?$"
)
_TITLE_END = re.compile(rf"(?:{words.ZH_TITLE}|{words.ZH_ANALYST}|的)$")


def named(text: str, lines: Sequence[Line], found: Sequence[Placed]) -> list[Placed]:
    """The labels, those of counted speakers with the name of each.

    Args:
        found: every line that has the shape of a label, in order.
    """
    names: dict[str, str] = {}
    turns: Counter[str] = Counter()
    for at, (line, label) in enumerate(found):
        each = label.speaker.name
        turns[each] += 1
        if each in names or turns[each] > _TURNS or not words.SPEAKER_NUMBER.fullmatch(each):
            continue
        start = lines[line].start + label.end
        stop = lines[found[at + 1].line].start if at + 1 < len(found) else len(text)
        name = _own(text[start : min(stop, start + _GREETING)].strip())
        if name is None and turns[each] == 1 and at:
            before = lines[found[at - 1].line].start + found[at - 1].label.end
            name = _called(text[max(before, lines[line].start - _CALL) : lines[line].start].rstrip())
        if name:
            names[each] = name
    return [Placed(line, _with_name(label, names)) for line, label in found]


def _with_name(label: Label, names: Mapping[str, str]) -> Label:
    counted = label.speaker.name
    if counted not in names:
        return label
    return replace(label, speaker=replace(label.speaker, name=f"{names[counted]} ({counted})"), words=2)


def _own(said: str) -> str | None:
    """The name that somebody's first words give."""
    if match := _I_AM.search(said):
        name = match["name"] or match["here"]
        return name if name_words(name) > 1 else None
    match = _I_AM_ZH.search(said)
    return _last_name(match["run"]) if match else None


def _called(said: str) -> str | None:
    """The name that the last words before somebody speaks call."""
    if match := _CALLED.search(said):
        return match["name"] if name_words(match["name"]) > 1 else None
    if match := _HANDED.search(said):
        return match["name"] if name_words(match["name"]) else None
    match = _CALLED_ZH.search(said)
    return _last_name(_DEEDS.sub("", match["run"], count=1)) if match else None


def _last_name(run: str) -> str | None:
    """The name with which a run of Chinese ends: all of it, or what stands behind a house, a title or 的."""
    bare = _HONORIFIC.sub("", run)
    for length in (3, 2, 4):
        before, name = bare[:-length], bare[-length:]
        if len(name) == length and name_words(name) and (not before or _ends_before_name(before)):
            return name
    # 周總 is who is called so.
    before, family = bare[:-1], bare[-1:]
    is_family = bare != run and family in words.SURNAMES and (not before or _ends_before_name(before))
    return family + run[len(bare) :] if is_family else None


def _ends_before_name(before: str) -> bool:
    return _TITLE_END.search(before) is not None or is_house(before) or words.HOUSE_ENDS.search(before) is not None
