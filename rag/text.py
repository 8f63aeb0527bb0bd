"""Text as search sees it: one normalisation for index and query, with a map back to the source.

``fold`` is context free: a character folds alike wherever it stands (combining marks fold with the character they
belong to), so a question folds as the document did, and ``fold(a + b) == fold(a) + fold(b)`` where no mark is torn
from its letter. It applies NFKC (which covers full and half width), lower case and OpenCC's Traditional to Simplified,
and drops invisible format characters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

#: Raise when fold or `rag.terms` change: an index made by another version is refused.
VERSION = 1
#: Han characters, as a class of a pattern.
_WIDE = re.compile("[\u2e80-\U0010ffff]+")
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LATIN = re.compile(r"[A-Za-z]")
_IS_HAN = re.compile(rf"[{HAN}]")
#: A block of Han characters that neither composing nor casing changes: only their script can.
_FIRST_HAN, _LAST_HAN = "\u4e00", "\u9fff"
#: Characters up to which one by one is quicker than all at once.
_SHORT = 40
# Marks fold with their letter. Hangul vowels and finals and half-width kana's voicing are no combining marks but compose all the same.
_CLUSTER = re.compile(
    r"[\s\S][\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u093c\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dcf\u0ddf\u102e\u1161-\u1175\u11a8-\u11c2\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f\uff9e\uff9f]*"
)
_PLAIN = re.compile(
    r"[\x20-\u02ff\s\u0370-\u03ff\u3400-\u4dbf\u3000-\u3098\u309b-\u30ff\u4e00-\u9fff\uff00-\uff9d\uffa0-\uffef\u2010-\u205e]*"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text, and for each of its characters the source characters that it came from.

    ``starts[i]`` and ``ends[i]`` are the code-point offsets in the source of the character (or character with its marks)
    that gave ``text[i]``.
    """

    text: str
    starts: list[int] | range
    ends: list[int] | range

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The source offsets of ``text[start:end]``, which must not be empty."""
        return self.starts[start], self.ends[end - 1]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where in ``text`` the source's ``[start, end)`` stands."""
        return bisect_right(self.ends, start), bisect_left(self.starts, end)


@cache
def _simplifier():  # type: ignore[no-untyped-def]  # opencc ships no types
    import opencc

    return opencc.OpenCC("t2s")


class _Table(dict[str, str]):
    """Source character (with its marks) -> what it becomes, filled as characters are met.

    ``codes`` says the same by code, uint16 (65536,), of those that become one character; 0 for others and those not met.
    """

    def __init__(self, become: Callable[[str], str]):
        super().__init__()
        self._become = become

    @cached_property
    def codes(self) -> np.ndarray:
        codes = np.zeros(1 << 16, "<u2")
        codes[ord(_FIRST_HAN) : ord(_LAST_HAN) + 1] = [ord(c) if c <= "\uffff" else 0 for c in _simplified()]
        return codes

    def __missing__(self, cluster: str) -> str:
        result = self[cluster] = self._become(cluster)
        if len(cluster) == len(result) == 1 and max(cluster, result) <= "\uffff":
            self.codes[ord(cluster)] = ord(result)
        return result


@cache
def _simplified() -> list[str]:
    """What the characters from ``_FIRST_HAN`` to ``_LAST_HAN`` are in Simplified: all at once, in a few milliseconds."""
    block = map(chr, range(ord(_FIRST_HAN), ord(_LAST_HAN) + 1))
    return str(_simplifier().convert("\n".join(block))).split("\n")


def _case_kept(cluster: str) -> str:
    """NFKC and Simplified."""
    if len(cluster) == 1 and _FIRST_HAN <= cluster <= _LAST_HAN:
        return _simplified()[ord(cluster) - ord(_FIRST_HAN)]
    kept = unicodedata.normalize("NFKC", cluster)
    if not kept.isascii():
        # One character at a time: OpenCC's phrases would make a fold depend on its neighbours. A lone surrogate
        # has no UTF-8 form and OpenCC takes nothing else.
        kept = "".join(_simplifier().convert(c) if not "\ud800" <= c <= "\udfff" else c for c in kept)
        kept = "".join(c for c in kept if unicodedata.category(c) != "Cf")
    return kept


# casefold can undo a composition: a dotted capital I gives a letter and a mark.
_cased = _Table(_case_kept)
_table = _Table(lambda cluster: unicodedata.normalize("NFKC", _cased[cluster].casefold()))


def weight(text: str) -> float:
    """About the number of the model's tokens: a Han character is one, other characters a quarter."""
    wide = len(text) - len(_WIDE.sub("", text))
    return wide + (len(text) - wide) / 4


def cased(text: str) -> str:
    """What the encoder sees: folded but for case, so that Traditional and Simplified, full and half width embed alike."""
    return _by(_cased, text)


def fold(text: str) -> str:
    """The folded text alone."""
    return _by(_table, text)


def _by(table: _Table, text: str) -> str:
    if not _PLAIN.fullmatch(text):
        return "".join(map(table.__getitem__, _CLUSTER.findall(text)))
    if len(text) > _SHORT:
        codes = table.codes[np.frombuffer(text.encode("utf-16-le"), "<u2")]
        if codes.all():
            return codes.tobytes().decode("utf-16-le")
    return "".join(map(table.__getitem__, text))


def fold_with_map(text: str) -> Folded:
    """The folded text with the map back to ``text``."""
    return _with_map(text, _table)


def cased_with_map(text: str) -> Folded:
    """``cased(text)`` with the map back to ``text``."""
    return _with_map(text, _cased)


def _with_map(text: str, table: _Table) -> Folded:
    pieces = text if _PLAIN.fullmatch(text) else _CLUSTER.findall(text)
    folded = [*map(table.__getitem__, pieces)]
    joined = "".join(folded)
    if len(folded) == len(text) == len(joined) and "" not in folded:
        return Folded(joined, range(len(text)), range(1, len(text) + 1))
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for piece, result in zip(pieces, folded, strict=True):
        starts.extend([at] * len(result))
        at += len(piece)
        ends.extend([at] * len(result))
    return Folded(joined, starts, ends)


def has_han(text: str) -> bool:
    """Whether the text holds a Han character."""
    return _IS_HAN.search(text) is not None


def is_mostly_han(text: str) -> bool:
    """Whether a text is mainly Chinese: its Han characters outweigh its Latin letters, a word's five letters to two characters."""
    wide = len(_IS_HAN.findall(text))
    latin = len(_LATIN.findall(text))
    return wide * 2 > latin
