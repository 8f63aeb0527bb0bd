"""BM25 over the passages' terms: write, open, score.

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

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

K1 = 1.2
B = 0.75
FILES = ("terms.bin", "terms.npy", "postings.npy", "rows.npy", "counts.npy", "lengths.npy")


def write(folder: Path, passages: Iterable[list[str]]) -> None:
    """Index the terms of each passage, in row order, into ``folder``."""
    numbers: dict[str, int] = {}
    term_of: list[np.ndarray] = []
    count_of: list[np.ndarray] = []
    sizes: list[int] = []
    lengths: list[int] = []
    for found in passages:
        counted = Counter(found)
        term_of.append(np.fromiter((numbers.setdefault(t, len(numbers)) for t in counted), np.uint32, len(counted)))
        count_of.append(np.fromiter((min(c, 255) for c in counted.values()), np.uint8, len(counted)))
        sizes.append(len(counted))
        lengths.append(len(found))
    encoded = sorted((term.encode(errors="surrogatepass"), number) for term, number in numbers.items())
    place = np.empty(len(encoded), np.uint32)
    place[[number for _, number in encoded]] = np.arange(len(encoded), dtype=np.uint32)
    all_terms = place[np.concatenate([*term_of, np.empty(0, np.uint32)])]
    rows = np.repeat(np.arange(len(sizes), dtype=np.uint32), sizes)
    counts = np.concatenate([*count_of, np.empty(0, np.uint8)])
    order = np.argsort(all_terms, kind="stable")
    begins = np.zeros(len(encoded) + 1, np.uint64)
    np.cumsum(np.bincount(all_terms, minlength=len(encoded)), out=begins[1:])
    ends = np.zeros(len(encoded) + 1, np.uint64)
    np.cumsum([len(term) for term, _ in encoded], out=ends[1:])
    (folder / "terms.bin").write_bytes(b"".join(term for term, _ in encoded))
    np.save(folder / "terms.npy", ends)
    np.save(folder / "postings.npy", begins)
    np.save(folder / "rows.npy", rows[order])
    np.save(folder / "counts.npy", counts[order])
    np.save(folder / "lengths.npy", np.array(lengths, np.uint32))


class _Vocabulary:
    """The sorted terms, looked up by halving: opening costs nothing however many there are."""

    def __init__(self, folder: Path):
        self._ends = np.load(folder / "terms.npy", mmap_mode="r")
        self._bytes = memoryview(np.memmap(folder / "terms.bin", mode="r").data) if self._ends[-1] else memoryview(b"")
        self._seen: dict[str, int | None] = {}

    def __len__(self) -> int:
        return len(self._ends) - 1

    def number(self, term: str) -> int | None:
        """The term's number, or None."""
        if term in self._seen:
            return self._seen[term]
        wanted = term.encode(errors="surrogatepass")
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if bytes(self._bytes[int(self._ends[middle]) : int(self._ends[middle + 1])]) < wanted:
                low = middle + 1
            else:
                high = middle
        found = low < len(self) and bytes(self._bytes[int(self._ends[low]) : int(self._ends[low + 1])]) == wanted
        if len(self._seen) < 100_000:
            self._seen[term] = low if found else None
        return low if found else None

    def __contains__(self, term: object) -> bool:
        return isinstance(term, str) and self.number(term) is not None


class LexicalIndex:
    """An opened index. ``vocabulary`` supports ``term in vocabulary``."""

    def __init__(self, folder: Path):
        self.vocabulary = _Vocabulary(folder)
        self._begins = np.load(folder / "postings.npy", mmap_mode="r")
        self._rows = np.load(folder / "rows.npy", mmap_mode="r")
        self._counts = np.load(folder / "counts.npy", mmap_mode="r")
        self._lengths = np.load(folder / "lengths.npy", mmap_mode="r")
        self._mean = float(self._lengths.mean()) if len(self._lengths) else 1.0

    def __len__(self) -> int:
        return len(self._lengths)

    def idf(self, term: str) -> float:
        """The term's inverse document frequency; an unknown term's is that of one found nowhere."""
        number = self.vocabulary.number(term)
        found = 0 if number is None else int(self._begins[number + 1] - self._begins[number])
        return float(np.log1p((len(self) - found + 0.5) / (found + 0.5)))

    def scores(self, weights: Mapping[str, float]) -> np.ndarray:
        """BM25 of every passage: float32 of shape (passages,), 0 where no term is shared.

        Args:
            weights: the query's terms and what each counts, 1 for a plain one.
        """
        total = np.zeros(len(self), np.float32)
        for term, weight in weights.items():
            number = self.vocabulary.number(term)
            if number is None:
                continue
            rows, partial = self.postings(number)
            total[rows] += np.float32(weight) * partial
        return total

    def postings(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """A term's passages, uint32, and its BM25 in each, float32."""
        begin, end = int(self._begins[number]), int(self._begins[number + 1])
        rows = np.asarray(self._rows[begin:end])
        counts = np.asarray(self._counts[begin:end], dtype=np.float32)
        found = end - begin
        idf = np.float32(np.log1p((len(self) - found + 0.5) / (found + 0.5)))
        lengths = np.asarray(self._lengths[rows], dtype=np.float32)
        partial = (
            idf
            * counts
            * np.float32(K1 + 1)
            / (counts + np.float32(K1) * (np.float32(1 - B) + np.float32(B / self._mean) * lengths))
        )
        return rows, partial
