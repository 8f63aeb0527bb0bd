"""BM25 over the passages' terms: open, score. `rag.lexical_writer` writes it.

Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond", with the idf of Lucene,
``ln(1 + (N - df + 0.5) / (df + 0.5))``, which is never negative. Files, all memory-mapped and none pickled:

    terms.bin        the terms in UTF-8, sorted by bytes, one after the other
    terms.npy        uint64 (terms + 1,): where each begins in terms.bin
    postings.npy     uint64 (terms + 1,): where each term's postings begin
    rows.npy         uint32 (postings,): the passages that hold the term, ascending
    counts.npy       uint8 (postings,): how often, at most 255
    lengths.npy      uint32 (passages,): terms in each passage
"""

from __future__ import annotations

import math
import mmap
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np

from rag.arrays import damaged, opened

K1 = 0.2
B = 0.75
#: Postings that cost more to read through than to look passages up in.
_LONG = 20_000
#: Terms kept in memory to halve between, and how many at least lie between two; of many terms the root.
_GUIDES = 4096
_CLOSEST = 15
#: Terms of questions that are kept in mind.
_MOST_SEEN = 100_000
#: Queries whose sums are kept: those of one question are first searched for and then scored.
_KEPT_SUMS = 8
#: Sums of 32-bit numbers in another order differ by less.
_ROUNDING = 1.0001
FILES = ("terms.bin", "terms.npy", "postings.npy", "rows.npy", "counts.npy", "lengths.npy")


class _Vocabulary:
    """The sorted terms, looked up by halving: opening costs nothing however many there are."""

    def __init__(self, folder: Path):
        ends = opened(folder / "terms.npy", np.uint64)
        size = (folder / "terms.bin").stat().st_size
        if not len(ends) or ends[-1] != size:
            raise damaged(folder / "terms.npy", f"its terms do not end where terms.bin does, at {size} bytes")
        # Looked up one by one, a view's numbers cost a third of an array's.
        self._ends = ends.data
        with (folder / "terms.bin").open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        #: A term's number, or None, and where it stands or would stand; whether a longer one begins so.
        self._seen: dict[str, tuple[int | None, int]] = {}
        self._begun: dict[str, bool] = {}

    def __len__(self) -> int:
        return len(self._ends) - 1

    def number(self, term: str) -> int | None:
        """The term's number, or None."""
        if (known := self._seen.get(term)) is not None:
            return known[0]
        # Most of what a question is asked for word by word is no term, nor how one begins.
        if any(not self.is_begun(term[:length]) for length in (1, 2) if length < len(term)):
            return None
        return self._look(term)[0]

    def is_begun(self, start: str) -> bool:
        """Whether a longer term begins so."""
        if (known := self._begun.get(start)) is not None:
            return known
        number, place = self._look(start)
        after = place if number is None else place + 1
        found = after < len(self) and self._term(after).startswith(start.encode(errors="surrogatepass"))
        if len(self._begun) < _MOST_SEEN:
            self._begun[start] = found
        return found

    def _look(self, term: str) -> tuple[int | None, int]:
        if (known := self._seen.get(term)) is not None:
            return known
        wanted = term.encode(errors="surrogatepass")
        place = self._place(wanted)
        found = place if place < len(self) and self._term(place) == wanted else None, place
        if len(self._seen) < _MOST_SEEN:
            self._seen[term] = found
        return found

    def _place(self, wanted: bytes) -> int:
        """Where the term stands or would stand."""
        # Each look at a term on the disk costs as much as a whole search of the list.
        after = bisect_left(self._guides, wanted) * self._step
        return bisect_left(range(len(self)), wanted, max(0, after - self._step), min(after, len(self)), key=self._term)

    @cached_property
    def _step(self) -> int:
        return min(math.isqrt(len(self)), max(len(self) // _GUIDES, _CLOSEST)) + 1

    @cached_property
    def _guides(self) -> list[bytes]:
        """Every so many terms one: they tell where to halve."""
        return [self._term(number) for number in range(0, len(self), self._step)]

    def _term(self, number: int) -> bytes:
        return self._bytes[self._ends[number] : self._ends[number + 1]]

    def __contains__(self, term: object) -> bool:
        return isinstance(term, str) and self.number(term) is not None


class LexicalIndex:
    """An opened index. ``vocabulary`` supports ``term in vocabulary``.

    Raises:
        StoreError: a file of it is damaged: at once as far as sizes tell, and where a term's postings are read.
    """

    def __init__(self, folder: Path):
        self.vocabulary = _Vocabulary(folder)
        self._folder = folder
        self._begins = opened(folder / "postings.npy", np.uint64)
        self._rows = opened(folder / "rows.npy", np.uint32)
        self._counts = opened(folder / "counts.npy", np.uint8)
        self._lengths = opened(folder / "lengths.npy", np.uint32)
        if len(self._begins) != len(self.vocabulary) + 1 or self._begins[-1] != len(self._rows):
            raise damaged(folder / "postings.npy", f"it does not fit {len(self.vocabulary)} terms")
        if len(self._counts) != len(self._rows):
            raise damaged(folder / "counts.npy", f"{len(self._counts)} counts of {len(self._rows)} postings")
        #: By term: where its postings begin and end.
        self._ranges: dict[int, tuple[int, int]] = {}
        self._idfs: dict[str, float] = {}
        self._sums: dict[tuple[tuple[int, float], ...], np.ndarray] = {}
        self._mean = float(self._lengths.mean() or 1.0) if len(self._lengths) else 1.0

    def __len__(self) -> int:
        return len(self._lengths)

    def idf(self, term: str) -> float:
        """The term's inverse document frequency; an unknown term's is that of one found nowhere."""
        if (known := self._idfs.get(term)) is not None:
            return known
        number = self.vocabulary.number(term)
        found = self._idf(0 if number is None else self._size(number))
        if len(self._idfs) < _MOST_SEEN:
            self._idfs[term] = found
        return found

    def top(self, weights: Mapping[str, float], count: int, allowed: np.ndarray | None = None) -> np.ndarray:
        """The rows of the ``count`` passages with the highest BM25, more at a tie and fewer where fewer share a term; ascending.

        The terms are added up rarest first. Once no passage that has only the remaining ones can come among the best,
        those are looked up for the passages already found, not read through: Turtle and Flood (1995), "Query evaluation:
        strategies and optimizations" (MaxScore). What is left out could not have been found.

        Args:
            weights: the query's terms and what each counts, 1 for a plain one.
            allowed: bool (passages,), the passages that may be found, or None for all.
        """
        parts = sorted(
            (self._size(number), number, weight)
            for term, weight in weights.items()
            if (number := self.vocabulary.number(term)) is not None
        )
        if not parts:
            return np.empty(0, np.int64)
        most = [weight * self._idf(size) * (K1 + 1) for size, _, weight in parts]
        left = np.cumsum([0.0, *most[::-1]])[::-1]
        short = sum(size <= _LONG for size, *_ in parts)
        total = self._sum((number, weight) for _, number, weight in parts[:short])
        for at, (_, number, weight) in enumerate(parts[short:], short):
            rows = _found(total, allowed)
            scores = total[rows]
            worst = _at_rank(scores, count)
            if left[at] < worst:
                rows = rows[scores + np.float32(left[at] * _ROUNDING) >= worst]
                return _best(rows, total[rows] + self._scores_of({n: w for _, n, w in parts[at:]}, rows), count)
            total = total + self._sum([(number, weight)])
        rows = _found(total, allowed)
        return _best(rows, total[rows], count)

    def scores(self, weights: Mapping[str, float], rows: np.ndarray) -> np.ndarray:
        """BM25 of some passages: float32 of shape (rows,), 0 where no term is shared.

        Args:
            weights: the query's terms and what each counts, 1 for a plain one.
            rows: the passages, ascending.
        """
        numbers = {
            number: weight for term, weight in weights.items() if (number := self.vocabulary.number(term)) is not None
        }
        return self._scores_of(numbers, rows)

    def _scores_of(self, weights: Mapping[int, float], rows: np.ndarray) -> np.ndarray:
        if sum(map(self._size, weights)) <= _LONG:
            return self._sum(weights.items())[rows]
        total = np.zeros(len(rows), np.float32)
        lengths = self._norms(rows)
        # Of the postings' own type: else all of them would be converted to be searched.
        wanted = rows.astype(np.uint32)
        for number, weight in weights.items():
            begin, end = self._range(number)
            posted = self._rows[begin:end]
            places = np.searchsorted(posted, wanted)
            places[places == end - begin] = 0
            shared = np.flatnonzero(posted[places] == wanted)
            if len(shared):
                counts = self._counts[begin:end][places[shared]].astype(np.float32)
                total[shared] += np.float32(weight * self._idf(end - begin)) * _saturated(counts, lengths[shared])
        return total

    def _sum(self, weights: Iterable[tuple[int, float]]) -> np.ndarray:
        """BM25 of all passages, float32 (passages,), in one pass over the postings of terms with what each counts."""
        key = tuple(sorted(weights))
        if (known := self._sums.get(key)) is not None:
            return known
        total = np.zeros(len(self), np.float32)
        if key:
            ranges = [self._range(number) for number, _ in key]
            sizes = [end - begin for begin, end in ranges]
            factors = [weight * self._idf(size) for (_, weight), size in zip(key, sizes, strict=True)]
            rows = np.concatenate([self._rows[begin:end] for begin, end in ranges])
            if rows.max() >= len(self):
                raise damaged(self._folder / "rows.npy", f"a passage beyond the last of {len(self)}")
            counts = np.concatenate([self._counts[begin:end] for begin, end in ranges]).astype(np.float32)
            parts = np.repeat(np.array(factors, np.float32), sizes) * _saturated(counts, self._norms(rows))
            np.add.at(total, rows, parts)
        total.flags.writeable = False
        if len(self._sums) == _KEPT_SUMS:
            self._sums.pop(next(iter(self._sums)), None)
        self._sums[key] = total
        return total

    def _range(self, number: int) -> tuple[int, int]:
        """Where a term's postings begin and end; every term has some."""
        if (known := self._ranges.get(number)) is not None:
            return known
        begin, end = int(self._begins[number]), int(self._begins[number + 1])
        if not begin < end <= len(self._rows) or end - begin > len(self):
            raise damaged(self._folder / "postings.npy", f"postings from {begin} to {end} of {len(self._rows)}")
        self._ranges[number] = begin, end
        return begin, end

    def _size(self, number: int) -> int:
        begin, end = self._range(number)
        return end - begin

    def _idf(self, found: int) -> float:
        return math.log1p((len(self) - found + 0.5) / (found + 0.5))

    def _norms(self, rows: np.ndarray) -> np.ndarray:
        lengths = np.asarray(self._lengths[rows], dtype=np.float32)
        norms: np.ndarray = np.float32(K1) * (np.float32(1 - B) + np.float32(B / self._mean) * lengths)
        return norms


def _found(total: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
    # Of booleans: numpy looks for them several times as fast as for numbers.
    found = total > 0
    return np.flatnonzero(found if allowed is None else found & allowed)


def _at_rank(scores: np.ndarray, count: int) -> float:
    """The ``count``-th highest score; 0 if there are not so many."""
    return float(np.partition(scores, -count)[-count]) if len(scores) >= count else 0.0


def _best(rows: np.ndarray, scores: np.ndarray, count: int) -> np.ndarray:
    best: np.ndarray = rows[scores >= _at_rank(scores, count)]
    return best


def _saturated(counts: np.ndarray, norms: np.ndarray) -> np.ndarray:
    saturated: np.ndarray = counts * np.float32(K1 + 1) / (counts + norms)
    return saturated
