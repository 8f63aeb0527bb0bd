"""Finds a bilingual word list's terms in a folded text: the longest first, from the left, none overlapping."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

#: A term → its forms in the other language, or None where the list does not have it.
Look = Callable[[str], Sequence[str] | None]

_WORD = re.compile(r"(?:[a-z]\.){2,}|[a-z0-9]+(?:[&.'/][a-z0-9]+)*")
_SUFFIXES = (("ies", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("'s", ""))
#: Words of an English term and characters of a Chinese one, at most.
_LONGEST_ENGLISH = 5
_LONGEST_CHINESE = 10
#: Letters that an inflection adds, at most.
_LONGEST_ENDING = 3
#: Places of one form in a text that are looked at.
_MOST_PLACES = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A term at ``[start, end)`` of the folded text, and what the list has for it."""

    start: int
    end: int
    term: str
    forms: tuple[str, ...]


def find_english(folded: str, look: Look) -> Iterator[Found]:
    """English terms; the last word of one may be inflected, and hyphens may stand between the words."""
    words = list(_WORD.finditer(folded))
    gaps = ["-" if folded[word.end() : after.start()] == "-" else " " for word, after in pairwise(words)]
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST_ENGLISH, len(words) - at), 0, -1):
            last = words[at + length - 1]
            before = [word[0] + gap for word, gap in zip(words[at : at + length - 1], gaps[at:], strict=False)]
            head = "".join(before)
            heads = (head, head.replace("-", " ")) if "-" in head else (head,)
            found = (look(each + base) for each in heads for base in _bases(last[0]))
            if forms := tuple(dict.fromkeys(form for each in found if each for form in each)):
                yield Found(words[at].start(), last.end(), head + last[0], forms)
                at += length
                break
        else:
            at += 1


def find_chinese(folded: str, look: Look, begins: Container[str] | None = None) -> Iterator[Found]:
    """Chinese terms of two characters or more.

    Args:
        begins: the first two characters of all terms, if known: nothing is looked up where none begins.
    """
    at = 0
    while at < len(folded):
        if begins is not None and folded[at : at + 2] not in begins:
            at += 1
            continue
        for length in range(min(_LONGEST_CHINESE, len(folded) - at), 1, -1):
            term = folded[at : at + length]
            if forms := look(term):
                yield Found(at, at + length, term, tuple(forms))
                at += length
                break
        else:
            at += 1


def places(form: str, folded: str) -> list[tuple[int, int]]:
    """Where a form stands in a folded text, the first few; one in Latin letters as words, of which the last may be inflected."""
    if form.isascii():
        return [match.span() for match in islice(_inflected(form).finditer(folded), _MOST_PLACES)]
    found: list[tuple[int, int]] = []
    at = folded.find(form)
    while at >= 0 and len(found) < _MOST_PLACES:
        found.append((at, at + len(form)))
        at = folded.find(form, at + 1)
    return found


def stands(form: str, folded: str) -> bool:
    """Whether it stands there at all."""
    return form in folded and (not form.isascii() or _inflected(form).search(folded) is not None)


@lru_cache(maxsize=4096)
def _inflected(form: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(form)}[a-z]{{0,{_LONGEST_ENDING}}}\b")


def _bases(word: str) -> Iterator[str]:
    yield word
    for suffix, replacement in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            yield word[: len(word) - len(suffix)] + replacement
