"""One line → the speaker whom it names, if it has the shape of a speaker line (``label_shapes``).

The line alone cannot tell "Jane Doe: …" from "New Zealand: …"; ``evidence`` decides, from the whole document, which
labels that are not SURE hold. Everything here is a pure function of one line's first characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from rag.records import Speaker
from rag.transcripts.affiliations import read_affiliation
from rag.transcripts.label_shapes import COMMA, Strength, read_head
from rag.transcripts.names import alias

#: Characters of a line that are looked at; a naming part is shorter.
MAX_LABEL = 120


class Layout(NamedTuple):
    """How a label is set, compared between the labels of one document."""

    colon: bool
    text_follows: bool
    bold: bool


@dataclass(frozen=True, slots=True)
class Label:
    """The naming part of a line, ``line[start:end]``.

    ``asks`` is True for a mark or word that asks, False for one that answers, None where the label does not say.
    ``words`` counts the words of a bare name (0 for other shapes); ``has_house_beside`` says that a house stands in
    parentheses behind the name.
    """

    speaker: Speaker
    start: int
    end: int
    layout: Layout
    strength: Strength
    asks: bool | None = None
    words: int = 0
    has_house_beside: bool = False

    @property
    def text_follows(self) -> bool:
        """Whether words that are said stand on the same line."""
        return self.layout.text_follows


_COLON = re.compile(r"[:\uff1a]")
_BOLD = ("**", "__")
# "Latin America: 5 million" is a row of a table.
_FIGURE = re.compile(r"[^\w\s]*\d[\d.,]*\s*\S{0,8}")
_NOT_A_LABEL = re.compile(r"[•·▪‣◦●○■□#>|\[<「『《“\"(\uff08$€£¥]|[-*+–—]\s|\d")
# 【沈某】 sets a speaker apart as bold does.
# "Speaker 1 (00:31):", 发言人1 00:31
_STAMPED = re.compile(
    r"(?P<head>[^:\uff1a]{1,60}?)\s*(?:[(\[]\d{1,2}:\d\d(?::\d\d)?[)\]]|\s\d{1,2}:\d\d(?::\d\d)?)\s*(?:[:\uff1a]|$)"
)
_BRACKETS = re.compile(r"【([^【】]{2,40})】[:\uff1a]?")


def recognise(line: str, bold_end: int = 0) -> Label | None:
    """Reads a line's speaker label, or gives None where it has none.

    Args:
        line: one line without its end; no more than its first ``MAX_LABEL + 1`` characters are needed.
        bold_end: so many characters at its beginning are set in bold, by other means than Markdown's marks.
    """
    start = len(line) - len(line.lstrip())
    if start >= MAX_LABEL:
        return None
    whole = line[start : start + MAX_LABEL + 1].rstrip()
    brackets = _BRACKETS.match(whole)
    if brackets:
        return _of(line, start, brackets[1], start + brackets.end(), Layout(True, False, True))
    stamped = _STAMPED.match(whole)
    if stamped:
        return _of(line, start, stamped["head"].strip(), start + stamped.end(), Layout(True, False, False))
    has_marks = whole.startswith(_BOLD)
    bold = has_marks
    if not has_marks and _NOT_A_LABEL.match(whole):
        return None
    colon = _COLON.search(whole)
    if colon:
        head, end = whole[: colon.start()], colon.end()
        rest = whole[end:]
        if rest.startswith("//") or (head[-1:].isdigit() and rest[:1].isdigit()):
            return None
        if has_marks and rest.startswith(whole[:2]) and head.count(whole[:2]) == 1:
            end += 2
    elif len(whole) <= MAX_LABEL:
        head, end = whole, len(whole)
    else:
        return None
    if has_marks:
        head = head.replace(whole[:2], "")
    else:
        bold = bold_end >= start + len(head.rstrip()) > start
    return _of(line, start, head.strip(), start + end, Layout(colon is not None, False, bold))


def _of(line: str, start: int, head: str, end: int, layout: Layout) -> Label | None:
    """The label that ends at ``end`` of a line, if its naming part names a speaker."""
    reading = read_head(head, layout.colon, layout.bold)
    if reading is None:
        return None
    said = line[end:].strip()
    if reading.strength is Strength.NAME and len(line) <= MAX_LABEL and _FIGURE.fullmatch(said):
        if reading.words < 2:
            return None
        reading = reading._replace(strength=Strength.INTRODUCED)
    # A line that was cut goes on, whatever stands in its first part.
    layout = layout._replace(text_follows=bool(said) or len(line) > MAX_LABEL)
    has_house = reading.speaker.organisation is not None and reading.speaker.organisation == alias(head)
    return Label(reading.speaker, start, end, layout, reading.strength, reading.asks, reading.words, has_house)


def with_title(label: Label, below: str) -> Label | None:
    """The label of a bare name with what the line below it says of the person ("Jane Doe" above "Analyst, Citi" or "Citi").

    Gives None where the label is no bare name on a line of its own, or that line is no title and no known house.
    """
    is_told = label.speaker.title is not None or label.speaker.organisation is not None
    if label.words < 2 or is_told or label.layout.colon or len(below) > MAX_LABEL:
        return None
    said = read_affiliation(COMMA.split(below.strip()))
    if said is None or not (said.title or said.known):
        return None
    speaker = replace(label.speaker, role=said.role, organisation=said.organisation, title=said.title)
    return replace(label, speaker=speaker, strength=Strength.SURE, words=0)
