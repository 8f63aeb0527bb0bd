"""Where a quote stands in the indexed documents: under the equivalence, or nearly."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rag.differences import Kind, Token, tokens
from rag.equivalence import Form, form, is_spaced, same
from rag.opened import OpenIndex
from rag.passage_store import Document
from rag.terms import terms

#: Passages looked at for a near match, and the most tokens of a quote that are compared with them.
_CANDIDATES = 10
_LONGEST = 4000
_MOST_TERMS = 200
_MOST_MATCHES = 1000
_NUMERALS = frozenset("零〇一二三四五六七八九十百千万亿两几")
_MEASURES = (
    "倍",
    "年",
    "个月",
    "月",
    "季",
    "天",
    "日",
    "周",
    "小时",
    "times",
    "x",
    "fold",
    "year",
    "month",
    "quarter",
    "week",
    "day",
    "hour",
)


@dataclass(frozen=True, slots=True)
class Match:
    """A place in document ``number``: positions ``[start, end)`` of its form. ``sound`` says that it cuts no figure,
    no word and nothing off its negation; the tokens ``[first, last)`` are the whole of what it touches."""

    number: int
    start: int
    end: int
    sound: bool
    first: int
    last: int
    distance: int = 0


class Corpus:
    """The documents of an index as quotes are compared with them; what was made of a document is kept."""

    def __init__(self, index: OpenIndex):
        self.index = index
        self.form = lru_cache(maxsize=64)(self._form)
        self.tokens = lru_cache(maxsize=64)(lambda number: tokens(self.form(number)))
        self._token_ends = lru_cache(maxsize=64)(lambda number: [token.end for token in self.tokens(number)])
        self.spans = lru_cache(maxsize=64)(self._spans)
        self._loose: dict[int, str] = {}

    def document(self, number: int) -> Document:
        return self.index.store.document(number)

    def matches(self, number: int, parts: Sequence[Form]) -> Iterator[Match]:
        """Where a document says the parts, one after the other in one turn (a single part: anywhere); unsound places too."""
        text = self._loose_text(number)
        at = -1
        for _ in range(_MOST_MATCHES):
            at = text.find(parts[0].loose, at + 1)
            if at < 0:
                return
            end = self._follow(number, text, parts, at)
            if end is not None:
                yield self._bounded(number, at, end, parts)

    def near(self, quote: Form, cited: tuple[int, int, int] | None) -> Match | None:
        """The run of a document that comes nearest to the quote.

        Args:
            cited: document number and code points that are looked at first and win ties.
        """
        wanted = tokens(quote)
        if not wanted or len(wanted) > _LONGEST:
            return None
        codes: dict[str, int] = {}
        ours = np.array([codes.setdefault(t.code, len(codes)) for t in wanted], np.int32)
        best: Match | None = None
        for number, begin, stop in self._regions(quote, len(wanted), cited):
            theirs = np.array([codes.get(t.code, -1) for t in self.tokens(number)[begin:stop]], np.int32)
            distance, first, last = align(ours, theirs)
            if first < last and (best is None or distance < best.distance):
                run = self.tokens(number)[begin + first : begin + last]
                sound, low, high = self._bounds(number, run[0].start, run[-1].end)
                best = Match(number, run[0].start, run[-1].end, sound, low, high, distance)
        allowed = len(wanted) * (0.5 if len(wanted) <= 4 else 0.4)
        return best if best is not None and best.distance <= allowed else None

    def source(self, match: Match) -> tuple[int, int]:
        """The code points of a match in its document."""
        return self.form(match.number).source(match.start, match.end)

    def _form(self, number: int) -> Form:
        return form(self.document(number).transcript.text)

    def _spans(self, number: int) -> list[tuple[int, int, int]]:
        """The document's passages: code points and row, in order."""
        rows = range(*self.document(number).passages)
        return [(p.span.char_start, p.span.char_end, row) for row in rows for p in (self.index.store.passage(row),)]

    def _loose_text(self, number: int) -> str:
        if number not in self._loose:
            self._loose[number] = self.form(number).loose
        return self._loose[number]

    def _follow(self, number: int, text: str, parts: Sequence[Form], at: int) -> int | None:
        """The end of the last part, the first standing at ``at``; None if one does not follow in the same turn."""
        size = len(parts[0].text)
        source = self.form(number)
        if not same(source, at, parts[0], 0, size):
            return None
        end = at + size
        if len(parts) > 1:
            limit = self._turn_end(number, source.source(at, at + 1)[0])
            for part in parts[1:]:
                size = len(part.text)
                at = text.find(part.loose, end, limit)
                while at >= 0 and not (same(source, at, part, 0, size) and self._bounds(number, at, at + size)[0]):
                    at = text.find(part.loose, at + 1, limit)
                if at < 0:
                    return None
                end = at + size
        return end

    def _turn_end(self, number: int, offset: int) -> int:
        """The position of the form where the turn, or outside turns the passage, around a code point ends."""
        turns = self.document(number).transcript.turns
        place = bisect_right([turn.span.char_start for turn in turns], offset) - 1
        if place >= 0 and offset < turns[place].span.char_end:
            return self.form(number).place(turns[place].span.char_end)
        spans = self.spans(number)
        row = bisect_right([start for start, _, _ in spans], offset) - 1
        end = spans[row][1] if row >= 0 and offset < spans[row][1] else offset + 1
        return self.form(number).place(end)

    def _bounded(self, number: int, start: int, end: int, parts: Sequence[Form]) -> Match:
        sound, first, last = self._bounds(number, start, end)
        if len(parts) > 1:
            sound = sound and self._bounds(number, start, start + len(parts[0].text))[0]
        return Match(number, start, end, sound, first, last)

    def _bounds(self, number: int, start: int, end: int) -> tuple[bool, int, int]:
        """Whether a run cuts nothing, and the tokens that are the whole of what it touches."""
        found, of = self.tokens(number), self.form(number)
        ends = self._token_ends(number)
        first, last = bisect_right(ends, start), bisect_left(ends, end) + 1
        sound = not (
            _whole(found[first], of)
            and found[first].start < start
            or _whole(found[last - 1], of)
            and found[last - 1].end > end
        )
        while first > 0 and _joined(of, found[first - 1], found[first]):
            first, sound = first - 1, False
        while last < len(found) and _joined(of, found[last - 1], found[last]):
            last, sound = last + 1, False
        return sound, first, last

    def _regions(self, quote: Form, size: int, cited: tuple[int, int, int] | None) -> Iterator[tuple[int, int, int]]:
        """Token ranges in which to look: around the cited place, then around the passages that share most terms."""
        if cited is not None:
            yield self._region(cited[0], cited[1], cited[2], size)
        lexical = self.index.lexical
        weights = sorted(set(terms(quote.raw, lexical.vocabulary)), key=lambda t: (-lexical.idf(t), t))[:_MOST_TERMS]
        count = _CANDIDATES if size < 400 else 3
        rows = lexical.top(dict.fromkeys(weights, 1.0), count)
        scores = lexical.scores(dict.fromkeys(weights, 1.0), rows)
        for row in rows[np.argsort(-scores, kind="stable")[:count]].tolist():
            span = self.index.store.passage(row).span
            yield self._region(self.index.store.number_at(row), span.char_start, span.char_end, size)

    def _region(self, number: int, start: int, end: int, size: int) -> tuple[int, int, int]:
        ends, of = self._token_ends(number), self.form(number)
        return (
            number,
            max(0, bisect_right(ends, of.place(start)) - size - 10),
            bisect_right(ends, of.place(end)) + size + 10,
        )


def align(ours: np.ndarray, theirs: np.ndarray) -> tuple[int, int, int]:
    """The fewest changed, left out or added tokens between all of ``ours`` and a run of ``theirs``; and that run."""
    distance, last = _ends(ours, theirs)
    _, back = _ends(ours[::-1], theirs[:last][::-1])
    return distance, last - back, last


def _ends(ours: np.ndarray, theirs: np.ndarray) -> tuple[int, int]:
    steps = np.arange(len(theirs) + 1, dtype=np.int32)
    row = np.zeros(len(theirs) + 1, np.int32)
    for count, code in enumerate(ours, 1):
        following = row + 1
        following[0] = count
        np.minimum(following[1:], row[:-1] + (theirs != code), out=following[1:])
        row = np.minimum.accumulate(following - steps) + steps
    least = int(row.min())
    last = int(row.argmin())
    # A changed last token is as far as a left out one: take it along.
    if last < len(theirs) and row[last + 1] == least:
        last += 1
    return least, last


def _whole(token: Token, of: Form) -> bool:
    """Whether cutting the token changes what is said: a figure, a negation, a word with spaces around it, 不過, 能不能."""
    unbroken = is_spaced(of.text[token.start]) or token.kind is Kind.WORDING
    return unbroken or token.kind in (Kind.FIGURE, Kind.NEGATION)


def _joined(of: Form, left: Token, right: Token) -> bool:
    """Whether a quote must not part two neighbouring tokens."""
    between = of.raw[of.source(left.start, left.end)[1] : of.source(right.start, right.end)[0]]
    if left.code == "~" or right.code == "~":
        return True
    if between.strip():
        return False
    a, b = of.text[left.end - 1], of.text[right.start]
    if left.kind is Kind.NEGATION or (left.kind is Kind.FIGURE and left.code in "+-<>±≈"):
        return between.replace("\r\n", "\n").replace("\r", "\n").count("\n") < 2
    if a.isdigit() and of.text.startswith(_MEASURES, right.start):
        return True
    latin = all(c.isdigit() or is_spaced(c) for c in (a, b))
    return not between and (latin or (a in _NUMERALS and b in _NUMERALS))
