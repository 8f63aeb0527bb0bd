"""Writes a BM25 index of any size: the postings lie on the disk until all terms are known, then each goes to its place."""

from __future__ import annotations

from array import array
from collections import Counter
from pathlib import Path

import numpy as np

from rag.arrays import allocate
from rag.progress import Report, silent

#: Postings that are held in memory at a time.
_CHUNK = 1 << 22


class LexicalWriter:
    """Takes the terms of one passage after the other; ``close`` writes the files that `rag.lexical_index` describes.

    Raises:
        OSError: a file cannot be written.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._numbers: dict[str, int] = {}
        self._terms = array("I")
        self._counts = array("B")
        self._sizes = array("I")
        self._lengths = array("I")
        self._spilled = (folder / "terms.tmp", folder / "counts.tmp")
        for path in self._spilled:
            path.write_bytes(b"")

    def add(self, terms: list[str]) -> None:
        """The next passage's terms, repeats included."""
        counted = Counter(terms)
        numbers = self._numbers
        self._terms.extend([numbers.setdefault(term, len(numbers)) for term in counted])
        self._counts.extend([min(count, 255) for count in counted.values()])
        self._sizes.append(len(counted))
        self._lengths.append(len(terms))
        if len(self._terms) >= _CHUNK:
            self._spill()

    def skip(self, lengths: np.ndarray) -> None:
        """The next passages, of so many terms each, whose postings are added by `rag.lexical_merge`."""
        self._sizes.extend([0] * len(lengths))
        self._lengths.extend(lengths.tolist())

    def close(self, report: Report = silent) -> None:
        """Sort the terms by their bytes, and the postings by term and row."""
        self._spill()
        encoded = sorted((term.encode(errors="surrogatepass"), number) for term, number in self._numbers.items())
        place = np.empty(len(encoded), np.int64)
        place[[number for _, number in encoded]] = np.arange(len(encoded))
        write_terms(self._folder, [term for term, _ in encoded])
        np.save(self._folder / "lengths.npy", np.frombuffer(self._lengths, np.uint32))
        self._numbers.clear()
        del encoded
        self._place_postings(place, report)
        for path in self._spilled:
            path.unlink()

    def _spill(self) -> None:
        for path, held in zip(self._spilled, (self._terms, self._counts), strict=True):
            with path.open("ab") as file:
                held.tofile(file)
            del held[:]

    def _place_postings(self, place: np.ndarray, report: Report) -> None:
        """Two passes over the spilled postings: count each term's, then put them, in the order of rows, where they belong.

        Args:
            place: int64 (terms,), each term's rank among the sorted ones, by the number it got when it was met.
        """
        terms = _mapped(self._spilled[0], np.uint32)
        counts = _mapped(self._spilled[1], np.uint8)
        begins = np.zeros(len(place) + 1, np.uint64)
        for at in range(0, len(terms), _CHUNK):
            begins[1:] += np.bincount(place[terms[at : at + _CHUNK]], minlength=len(place)).astype(np.uint64)
        np.cumsum(begins, out=begins)
        np.save(self._folder / "postings.npy", begins)
        rows_out = allocate(self._folder / "rows.npy", np.uint32, (len(terms),))
        counts_out = allocate(self._folder / "counts.npy", np.uint8, (len(terms),))
        free = begins[:-1].astype(np.int64)
        ends = np.cumsum(np.frombuffer(self._sizes, np.uint32), dtype=np.int64)
        for at in range(0, len(terms), _CHUNK):
            chunk = place[terms[at : at + _CHUNK]]
            order = np.argsort(chunk, kind="stable")
            grouped = chunk[order]
            fresh = np.flatnonzero(np.diff(grouped, prepend=-1))
            sizes = np.diff(np.append(fresh, len(grouped)))
            within = np.arange(len(grouped)) - np.repeat(fresh, sizes)
            to = free[grouped] + within
            rows_out[to] = np.searchsorted(ends, at + order, side="right")
            counts_out[to] = counts[at : at + _CHUNK][order]
            free[grouped[fresh]] += sizes
            report("sorting words", min(at + _CHUNK, len(terms)), len(terms))


def write_terms(folder: Path, terms: list[bytes]) -> None:
    """Write the sorted terms and where each begins."""
    ends = np.zeros(len(terms) + 1, np.uint64)
    np.cumsum([len(term) for term in terms], out=ends[1:])
    (folder / "terms.bin").write_bytes(b"".join(terms))
    np.save(folder / "terms.npy", ends)


def _mapped(path: Path, dtype: type) -> np.ndarray:
    return np.memmap(path, dtype, mode="r") if path.stat().st_size else np.empty(0, dtype)
