"""Who is who by what is said: "With me is Jane Doe, our chief executive", "Next, Jack Roe of Foo Securities".

A name here is that of a label which does not tell its role. A title beside it makes it management; an analyst it is whom
the operator, or words that call for a question, name right before the label. What is said first decides. Where some labels
have an analyst's house in parentheses behind the name, it is one in the others too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.lines import Line
from rag.records import Role, Speaker
from rag.transcripts import vocabulary as words
from rag.transcripts.affiliations import read_affiliation
from rag.transcripts.evidence import Placed, key
from rag.transcripts.names import alias, without_alias
from rag.transcripts.spoken_houses import house_beside
from rag.transcripts.spoken_titles import places, title_of

#: Names that are looked for; a call has some dozens.
_MOST = 200
#: Code points before a label in which its name is called, and a speaker's first turns, before which it may be.
_CALL, _TURNS = 400, 5

#: Code points of a turn in which speakers introduce themselves, and of a document in which its company is named.
_GREETING, _FRONT = 120, 400

_ASKS = re.compile(
    r"\b(?:questions?|line|next|last|final|first|caller|hear from|come from|go to|move to|turn to)\b"
    r"|提問|提问|發問|发问|問題|问题|下一|第[一二三四五六七八九十]|最後|最后|接著|接着|接下來|接下来|有請|有请|請|请",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"\bquestions? (?:is|comes?|from)\b|\bline of\b|\bline is\b|提問|提问|發問|发问|問題|问题", re.IGNORECASE
)
_HANDS_OVER = re.compile(
    r"\b(?:hand|pass)\b.{0,30}\b(?:over|back|to)\b|\bturn (?!to\b).{1,30}\b(?:over|back|to)\b|\bclos(?:e|ing)\b|\bintroduce\b|\bfloor is yours\b|\bover to\b",
    re.IGNORECASE,
)
#: What goes on behind the name of whom is called; "Next, Jane Doe joined us" goes on otherwise.
_IS_CALLED = re.compile(
    r"\s*(?:$|[.,;:!?(\uff0c\u3002\uff1b\uff1a\uff01\uff1f\uff08]|(?:of|from|with|at|in|on|for|please|go|your|is|has|you|next)\b"
    r"|先生|女士|小姐|博士|教授|老[師师]|[總总]|先|開始|开始|請|请|提問|提问|發問|发问)"
)
_SENTENCE_END = re.compile(r"(?<!\b[A-Z])[.!?]\s+(?=[A-Z])|[。!?\uff01\uff1f\n]")
#: Whoever is of one of these belongs to the company.
_PART_OF = re.compile(r"[部處处]$|公司$|中心$|團隊$|团队$|\b(?:team|department|relations)\b", re.IGNORECASE)


def introductions(text: str, lines: Sequence[Line], found: Sequence[Placed]) -> dict[str, Speaker]:
    """Name, as ``evidence.key`` gives it → the speaker with the role, title and house that is said of it.

    Args:
        found: every line that has the shape of a label, in order.
    """
    names: dict[str, str] = {}
    for _, label in found:
        speaker = label.speaker
        is_open = (
            speaker.role is Role.UNKNOWN and label.words or speaker.role is Role.MANAGEMENT and speaker.organisation
        )
        if is_open and len(names) < _MOST:
            names.setdefault(key(label.speaker), without_alias(label.speaker.name))
    own = {lines[placed.line].start + placed.label.start for placed in found}
    titled = {each: hit for each, name in names.items() if (hit := title_of(text, name, own))}
    said: dict[str, Speaker] = {}
    seen: Counter[str] = Counter()
    calls, before = 0, None
    for number, label in found:
        each = key(label.speaker)
        seen[each] += 1
        may_be_called = before is not None and before.label.speaker.role is not Role.ANALYST
        if each in names and each not in said and before is not None and may_be_called and seen[each] <= _TURNS:
            first = max(lines[before.line].start + before.label.end, lines[number].start - _CALL)
            called = _called(text, (first, lines[number].start), names[each], before, calls)
            # A first name may be that of whom is called, too.
            if called and not (each in titled and (titled[each][0] <= called[0] or label.words == 1)):
                house = called[1] or _beside(label.speaker.name)
                said[each] = Speaker(names[each], Role.ANALYST, house)
        if each in names and each not in said and each not in titled and seen[each] <= _TURNS:
            start = lines[number].start + label.end
            if house := _own_house(text, start, names[each], text[: min(_FRONT, lines[number].start)]):
                said[each] = Speaker(names[each], Role.ANALYST, house)
        before = Placed(number, label)
        calls += label.speaker.role is Role.OPERATOR
    for each, (_, title) in titled.items():
        said.setdefault(each, Speaker(names[each], Role.MANAGEMENT, title=title))
    return said | _like_others(found, names.keys() - said.keys())


def _called(text: str, within: tuple[int, int], name: str, before: Placed, calls: int) -> tuple[int, str | None] | None:
    """Where a name is called right before its label as one who asks, and the house that is named; None where it is not.

    Args:
        calls: labels of the operator up to the one before, whose first words welcome and hand over.
    """
    first, last = within
    *_, place = None, *places(text[first:last], name)
    if place is None:
        return None
    start, end = first + place[0], first + place[1]
    begin = max((match.end() for match in _SENTENCE_END.finditer(text, first, start)), default=first)
    stop = next((match.start() for match in _SENTENCE_END.finditer(text, end, last)), last)
    sentence = text[begin:stop]
    is_operator = before.label.speaker.role is Role.OPERATOR
    asks = _OPENS.search(sentence) if is_operator and calls == 1 else _ASKS.search(sentence) or is_operator
    if not asks or _HANDS_OVER.search(sentence) or not _IS_CALLED.match(text, end, stop):
        return None
    return start, house_beside(text[begin:start], text[end:stop])


def _own_house(text: str, start: int, name: str, front: str) -> str | None:
    """The house for which a speaker's first words say that they ask: "Jack Roe from Foo Securities", 我是某某證券的沈某.

    Args:
        front: the beginning of the document, which names the company that reports.
    """
    words_said = text[start : start + _GREETING]
    begin, end = next(places(words_said, name), (0, 0))
    if not end:
        return None
    stop = next((match.start() for match in _SENTENCE_END.finditer(words_said, end)), len(words_said))
    house = house_beside(words_said[:begin], words_said[end:stop])
    is_own = house is None or house.casefold() in front.casefold() or _PART_OF.search(house) is not None
    return None if is_own else house


def _beside(name: str) -> str | None:
    """The house in parentheses that a label has behind the name: 沈某（某某資產）."""
    inside = alias(name)
    # What a recogniser counts a speaker by is none.
    if inside is None or words.SPEAKER_NUMBER.fullmatch(inside):
        return None
    affiliation = read_affiliation([inside])
    return affiliation.organisation if affiliation else None


def _like_others(found: Sequence[Placed], unknown: set[str]) -> dict[str, Speaker]:
    """Of unknown names those that have a house in parentheses, where labels of analysts are set so."""
    if not any(label.speaker.role is Role.ANALYST and label.has_house_beside for _, label in found):
        return {}
    alike = {}
    for _, label in found:
        house = _beside(label.speaker.name)
        # One word may be another name of the speaker's.
        if key(label.speaker) in unknown and house and (" " in house or not house.isascii() and len(house) > 2):
            alike[key(label.speaker)] = Speaker(without_alias(label.speaker.name), Role.ANALYST, house)
    return alike
