"""Adds to a BM25 index the postings of passages that an earlier index has: what did not change is not analysed again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rag.arrays import allocate, damaged, opened, release
from rag.lexical_index import LexicalIndex
from rag.lexical_writer import write_terms
from rag.progress import Report, silent

#: Postings that are held in memory at a time, or those of one term if there are more.
_CHUNK = 1 << 22


def merge(folder: Path, earlier: Path, rows: np.ndarray, report: Report = silent) -> None:
    """Merge two indexes term by term; the files are those that one build of all passages writes.

    Args:
        folder: the index, which has the lengths of all passages and the postings of those that are new.
        earlier: the folder of the other, which `check` has found sound; nothing of it is changed.
        rows: int64 (the other's passages,), each one's row in the merged index or -1 if it is not kept; those kept ascend.

    Raises:
        OSError: a file cannot be written.
    """
    ours, theirs = _Postings(folder), _Postings(earlier, rows)
    kept = theirs.counts_by_term()
    their_terms = theirs.terms()
    our_terms = ours.terms()
    terms = sorted({*our_terms, *(term for term, count in zip(their_terms, kept.tolist(), strict=True) if count)})
    ranks = dict(zip(terms, range(len(terms)), strict=True))
    ours.ranks = np.array([ranks[term] for term in our_terms], np.int64)
    # A term without postings that are kept takes its neighbour's rank, so that ranks ascend.
    found = np.array(
        [ranks.get(term, 0) if count else 0 for term, count in zip(their_terms, kept.tolist(), strict=True)]
    )
    theirs.ranks = np.maximum.accumulate(found.astype(np.int64))
    del ranks
    sizes = np.zeros(len(terms), np.int64)
    alive = kept > 0
    sizes[theirs.ranks[alive]] = kept[alive]
    sizes[ours.ranks] += ours.counts_by_term()
    begins = np.zeros(len(terms) + 1, np.uint64)
    np.cumsum(sizes, out=begins[1:])
    _write_postings(folder, begins, (ours, theirs), report)
    write_terms(folder, terms)
    np.save(folder / "postings.npy", begins)


def check(folder: Path, passages: int) -> None:
    """Whether an index's files fit each other and this number of passages.

    Raises:
        StoreError: they do not.
    """
    # Opening it compares the files' sizes.
    if len(LexicalIndex(folder)) != passages:
        raise damaged(folder / "lengths.npy", f"not of {passages} passages")
    ends, begins = opened(folder / "terms.npy", np.uint64), opened(folder / "postings.npy", np.uint64)
    rows = opened(folder / "rows.npy", np.uint32)
    if np.any(ends[:-1] > ends[1:]):
        raise damaged(folder / "terms.npy", "terms that do not follow each other")
    if begins[0] or np.any(begins[:-1] >= begins[1:]):
        raise damaged(folder / "postings.npy", "postings that do not follow each other")
    if any(np.any(rows[at : at + _CHUNK] >= passages) for at in range(0, len(rows), _CHUNK)):
        raise damaged(folder / "rows.npy", f"a passage beyond the last of {passages}")


def _write_postings(folder: Path, begins: np.ndarray, sources: tuple[_Postings, ...], report: Report) -> None:
    total = int(begins[-1])
    new = {name: folder / f"{name}.new.npy" for name in ("rows", "counts")}
    rows_out = allocate(new["rows"], np.uint32, (total,))
    counts_out = allocate(new["counts"], np.uint8, (total,))
    for first, last in _blocks(begins):
        parts = [source.of(first, last) for source in sources]
        ranks, rows, counts = (np.concatenate(each) for each in zip(*parts, strict=True))
        order = np.argsort(ranks << 32 | rows, kind="stable")
        at = slice(int(begins[first]), int(begins[last]))
        rows_out[at], counts_out[at] = rows[order], counts[order]
        report("sorting words", at.stop, total)
    for name, path in new.items():
        path.replace(folder / f"{name}.npy")


def _blocks(begins: np.ndarray) -> Iterator[tuple[int, int]]:
    """Runs of terms with at most ``_CHUNK`` postings, or of one term."""
    first, count = 0, len(begins) - 1
    while first < count:
        last = int(np.searchsorted(begins, begins[first] + np.uint64(_CHUNK), side="right")) - 1
        last = max(first + 1, min(last, count))
        yield first, last
        first = last


class _Postings:
    """The postings of one of the two. ``ranks`` are its terms' places among all, int64 (terms,), not descending.

    Args:
        rows: where its passages go, as for `merge`; None if they stay where they are.
    """

    ranks: np.ndarray

    def __init__(self, folder: Path, rows: np.ndarray | None = None):
        self._folder = folder
        self._to = rows
        self._ends = opened(folder / "terms.npy", np.uint64)
        self._begins = opened(folder / "postings.npy", np.uint64).astype(np.int64)
        self._rows = opened(folder / "rows.npy", np.uint32)
        self._counts = opened(folder / "counts.npy", np.uint8)

    def terms(self) -> list[bytes]:
        """All its terms, ascending."""
        raw = (self._folder / "terms.bin").read_bytes()
        ends = self._ends.tolist()
        return [raw[begin:end] for begin, end in zip(ends[:-1], ends[1:], strict=True)]

    def counts_by_term(self) -> np.ndarray:
        """How many postings of each term are kept: int64 (terms,)."""
        counts = np.diff(self._begins)
        if self._to is None or not len(counts):
            return counts
        kept = np.zeros(len(counts), np.int64)
        for first, last in _blocks(self._begins.astype(np.uint64)):
            begins = self._begins[first : last + 1]
            kept[first:last] = np.add.reduceat(
                self._moved(begins[0], begins[-1]) >= 0, begins[:-1] - begins[0], dtype=np.int64
            )
        return kept

    def of(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The kept postings of the terms with these ranks: rank and row, int64, and count, uint8."""
        begin, end = np.searchsorted(self.ranks, (first, last))
        begins = self._begins[begin : end + 1]
        rows = self._moved(begins[0], begins[-1])
        kept = rows >= 0
        ranks = np.repeat(self.ranks[begin:end], np.diff(begins))
        return ranks[kept], rows[kept], np.asarray(self._counts[begins[0] : begins[-1]])[kept]

    def _moved(self, begin: int, end: int) -> np.ndarray:
        rows = self._rows[begin:end].astype(np.int64)
        release(self._rows)
        if self._to is None:
            return rows
        return self._to[rows]
