"""What stands beside a speaker's name, a title or a house, and the role that it tells."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.records import Role
from rag.transcripts import vocabulary as words

_ZH_TITLE = re.compile(words.ZH_TITLE)
_EN_TITLE = re.compile(rf"\b(?:{words.EN_TITLE})\b", re.IGNORECASE)
_ANALYST = re.compile(rf"\b(?:{words.EN_ANALYST})\b|{words.ZH_ANALYST}", re.IGNORECASE)
_OPERATOR = re.compile(r"\b(?:Operator|Moderator|Host|Coordinator)\b|主持|接線員|接线员", re.IGNORECASE)
_HAN = re.compile(r"[㐀-鿿]")
# Longer than the longest titles that calls give; a sentence is longer still.
_MAX_WORDS = 14
_SENTENCE = re.compile(r"[.!?]\s|[。!?;:\uff01\uff1f\uff1b\uff1a]|[.!?]$")
#: The name of an event or a period is neither.
_EVENT = re.compile(r"\b(?:quarter|conference|call|results|earnings|transcript|fiscal|20\d\d)\b", re.IGNORECASE)
_ABBREVIATION = re.compile(r"\b(?:Inc|Corp|Co|Ltd|L\.?P|N\.?A|Jr|Sr|U\.S|J\.P|Sen|Exec)\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Affiliation:
    """A role with the title and organisation that tell it; ``known`` is False where only its place hints at it."""

    role: Role
    title: str | None = None
    organisation: str | None = None
    known: bool = True


def read_affiliation(parts: list[str]) -> Affiliation | None:
    """Reads the parts that follow a name ("Firm", "Analyst"), or gives None if they are no affiliation.

    A part is a title where it holds a title word and is written like a title; any other part names an organisation. An
    analyst word decides against a management title ("Director, Equity Research Analyst"), and so does a broker's name
    ("Goldman Sachs -- Managing Director"). A bare organisation that is no known house is an analyst's, though not
    ``known``.
    """
    if not parts or not all(_is_label_like(part) for part in parts):
        return None
    titles = [part for part in parts if _title_role(part)]
    organisations = [part for part in parts if not _title_role(part)]
    title = ", ".join(titles) or None
    organisation = ", ".join(organisations) or None
    roles = {_title_role(part) for part in titles}
    if Role.OPERATOR in roles:
        return Affiliation(Role.OPERATOR, title, organisation)
    if Role.ANALYST in roles or any(is_house(part) or words.HOUSE_ENDS.search(part) for part in organisations):
        return Affiliation(Role.ANALYST, title, organisation)
    if Role.MANAGEMENT in roles:
        return Affiliation(Role.MANAGEMENT, title, organisation)
    return Affiliation(Role.ANALYST, None, organisation, known=False)


def is_house(text: str) -> bool:
    """Whether the text is the name of a broker or bank."""
    return any(words.HOUSE.fullmatch(form) for form in (text, text.title() if text.isupper() else text))


def _title_role(text: str) -> Role | None:
    if _OPERATOR.search(text):
        return Role.OPERATOR
    if _ANALYST.search(text):
        return Role.ANALYST
    if is_house(text):
        return None
    if _HAN.search(text):
        return Role.MANAGEMENT if _ZH_TITLE.search(text) else None
    return Role.MANAGEMENT if _EN_TITLE.search(text) else None


def _is_label_like(text: str) -> bool:
    """Whether this is written like a title or a house: a few capitalised words, or a short run of Chinese."""
    bare = _ABBREVIATION.sub("", text)
    if not text or _SENTENCE.search(bare) or _EVENT.search(text):
        return False
    if _HAN.search(text):
        return len(text) <= 24 and not re.search(r"[,\uff0c「」“”]", text)
    terms = re.split(r"[\s,/]+", bare)
    if len(terms) > _MAX_WORDS:
        return False
    return all(
        not term or term[0].isupper() or term.lower() in words.TITLE_PARTICLES or term[0] in "&(-" or term[0].isdigit()
        for term in terms
    ) and any(char.isalpha() for char in text)
