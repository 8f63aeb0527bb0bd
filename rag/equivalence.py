"""When two runs of text are the same words: the form under which they are equal, with a map back to the source.

Folded away: width, case, Traditional and Simplified, variants of a character, punctuation, and spacing except between
words. Kept: every letter and digit, decimal points, signs and ranges before a figure (3-6 % becomes 3~6 %), per cent and
currency signs, a gap between two figures, and superscript, circled and fraction digits as themselves (10² is not 102).
A comma between digits goes only where it groups thousands.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from rag.text import Folded, fold_with_map, has_han
from rag.variants import classes, conversions, loosening

_KEPT = frozenset("%‰‱٪&@")
_THOUSANDS = re.compile(r"(?<![0-9.])(?<![0-9],)[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_DASHES = frozenset("-−–‐‑‒")
_LONG_DASHES = frozenset("—―")
_TILDES = frozenset("~〜∼")
#: Between a figure and what follows these end the figure: "2.2%. Dollar sales" has no currency.
_STOPS = frozenset('.。,、;:!?()[]{}「」『』《》“”"…•|')
_APOSTROPHES = frozenset("'’‘ʼ`´")
_AFTER_FIGURE = re.compile(r"(?:[0-9%‰亿億万萬兆千百元倍点點]|illion|thousand|bn|percent|points?)$")
_CUE = re.compile(r"^(?:[0-9]+[ \t]*\r?\n)?(?:[0-9]+:)?[0-9]{1,2}:[0-9]{2}[.,][0-9]{3}[ \t]*-->[^\r\n]*", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*[-*+–][ \t]+", re.MULTILINE)
_TAG = re.compile(r"</?[A-Za-z][^<>\r\n]{0,80}>")
#: A superscript 2 folds to 2 in NFKC; moved to a private plane, it stays itself.
_PRIVATE = 0xF0000


@dataclass(frozen=True, slots=True)
class Form:
    """A text under the equivalence: ``text`` tells apart what ``loose`` (of the same length) leaves to context.

    ``breaks`` are the positions before which a stop stood. ``_starts`` and ``_ends`` give, for each character, its run of ``_folded``, which maps to the source.
    """

    text: str
    loose: str
    raw: str
    breaks: tuple[int, ...]
    _starts: list[int]
    _ends: list[int]
    _folded: Folded

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The source offsets of ``text[start:end]``, which must not be empty."""
        return self._folded.starts[self._starts[start]], self._folded.ends[self._ends[end - 1] - 1]

    def written(self, start: int, end: int) -> str:
        """The source's own characters for ``text[start:end]``."""
        if start >= end:
            return ""
        first, last = self.source(start, end)
        return self.raw[first:last]

    def place(self, offset: int) -> int:
        """The first position of ``text`` at or after a source offset."""
        low, high = 0, len(self.text)
        while low < high:
            middle = (low + high) // 2
            if self._folded.starts[self._starts[middle]] < offset:
                low = middle + 1
            else:
                high = middle
        return low


def form(text: str) -> Form:
    """The form of a text."""
    folded = fold_with_map(_masked(text).translate(_guarded()))
    commas = {at for match in _THOUSANDS.finditer(folded.text) for at in range(*match.span()) if folded.text[at] == ","}
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    breaks: list[int] = []
    at = 0
    for gap in _gaps().finditer(folded.text):
        first, last = gap.span()
        bridge = _bridge(folded.text, first, last, commas)
        pieces += (folded.text[at:first], bridge)
        starts.extend(range(at, first))
        ends.extend(range(at + 1, first + 1))
        if bridge.strip() == "" and first not in commas and not _STOPS.isdisjoint(gap[0]):
            breaks.append(len(starts))
        starts.extend([first] * len(bridge))
        ends.extend([last] * len(bridge))
        at = last
    pieces.append(folded.text[at:])
    starts.extend(range(at, len(folded.text)))
    ends.extend(range(at + 1, len(folded.text) + 1))
    plain = "".join(pieces).translate(classes()).replace("甚么", "什么")
    return Form(plain, plain.translate(loosening()), text, tuple(breaks), starts, ends, folded)


def same(source: Form, start: int, quote: Form, first: int, last: int) -> bool:
    """Whether ``source`` from ``start`` on says ``quote.text[first:last]``; their loose forms are known to be equal there."""
    end = start + last - first
    if source.text[start:end] == quote.text[first:last]:
        return True
    theirs, ours = _readings(source, start, end), _readings(quote, first, last)
    return all(a & b for a, b in zip(theirs, ours, strict=True))


def is_spaced(c: str) -> bool:
    """Whether c is a letter of a script that puts spaces between words."""
    return c.isalpha() and not (has_han(c) or "\u3040" <= c <= "\u30ff" or "\u3100" <= c <= "\u312f")


def _readings(of: Form, start: int, end: int) -> list[set[str]]:
    found = [{c} for c in of.text[start:end]]
    for converted in conversions(of.written(start, end)):
        text = form(converted).text.strip()
        if len(text) == len(found):
            for known, c in zip(found, text, strict=True):
                known.add(c)
    return found


def _bridge(text: str, first: int, last: int, commas: set[int]) -> str:
    """What stands in the form for the gap ``text[first:last]`` of punctuation and spaces."""
    gap = text[first:last]
    left, right = text[first - 1 : first], text[last : last + 1]
    if not right:
        return ""
    after_digit = left.isascii() and left.isdigit()
    if right.isascii() and right.isdigit() or unicodedata.category(right) == "Sc":
        if after_digit and gap in (".", ":", "/", ","):
            return "" if first in commas else " " if gap == "," else gap
        return _sign(text, first, gap, left, after_digit)
    if left and is_spaced(left) and is_spaced(right):
        if gap in _APOSTROPHES:
            return "'"
        initial = gap == "." and not text[first - 2 : first - 1].isalpha()
        return "" if initial else " "
    return ""


def _sign(text: str, first: int, gap: str, left: str, after_digit: bool) -> str:
    core = gap.strip()
    if _TILDES & set(gap):
        return "~"
    dashes = _DASHES | _LONG_DASHES
    if core and core[-1] in dashes and core[-2:-1] not in dashes:
        ranged = (
            len(core) == 1
            and (gap[0] in dashes or gap[-1].isspace())
            and _AFTER_FIGURE.search(text, max(0, first - 10), first)
        )
        if ranged:
            return "~"
        if core[-1] in _DASHES:
            hyphen = len(gap) == 1 and left != "" and is_spaced(left)
            return "" if hyphen else " -" if after_digit else "-"
    if gap == "." and not left or gap.endswith(".") and gap[-2:-1].isspace():
        return " ." if after_digit else "."
    return " " if after_digit else ""


def _masked(text: str) -> str:
    """The text without bullets at line starts and, of subtitles, without cue lines and tags; nothing moved."""
    text = _BULLET.sub(lambda match: " " * len(match[0]), text)
    if "-->" not in text:
        return text
    without = _CUE.sub(lambda match: " " * len(match[0]), text)
    return _TAG.sub(lambda match: " " * len(match[0]), without)


@cache
def _gaps() -> re.Pattern[str]:
    codes = [code for code in range(0x10000) if _is_gap(chr(code))]
    runs: list[list[int]] = []
    for code in codes:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return re.compile("[" + "".join(f"\\u{a:04x}-\\u{b:04x}" for a, b in runs) + "]+")


def _is_gap(c: str) -> bool:
    category = unicodedata.category(c)
    return (
        category[0] in "PZ" or category in ("Cc", "Cf", "Sk") or c in "|~−∼" or "\ufe00" <= c <= "\ufe0f"
    ) and c not in _KEPT


@cache
def _guarded() -> dict[int, int]:
    """Characters that NFKC would turn into plain digits, though they do not mean them."""
    codes = [*range(0x80, 0x10000), *range(0x1F100, 0x1F110)]
    return {
        code: _PRIVATE + (code & 0xFFFF)
        for code in codes
        if unicodedata.category(chr(code)) in ("No", "So")
        and any(c.isdigit() for c in unicodedata.normalize("NFKC", chr(code)))
    }
