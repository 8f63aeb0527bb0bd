"""The embedded texts' vectors, in 8 bits a number: write, open, compare.

Each segment of a passage (a sentence, or a few short ones) has a vector, so that a figure in a long paragraph can be
found. The passage as a whole is the mean of them: a vector of its own would double the cost of a build and places few
passages better (`scripts/ablation.py`). A vector is stored as integers and one scale, ``codes * scale``, which changes
a cosine by about 0.0002; what is stored is the vector, for every index made from it. Files:

    codes.npy     int8 (vectors, dimension)
    scales.npy    float32 (vectors,)
    keys.npy      uint64 (vectors,): a hash of the text that was embedded, by which the next build finds it
    first.npy     uint32 (passages + 1,): the row of each passage's first segment; the others' follow
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.arrays import damaged, opened, release

FILES = ("codes.npy", "scales.npy", "keys.npy", "first.npy")
#: What the mean of a passage's segments' cosines counts; the best of them counts the rest.
MEAN = 0.2


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors by their texts: ``keys`` uint64 (n,), ``codes`` int8 (n, dimension), ``scales`` float32 (n,)."""

    keys: np.ndarray
    codes: np.ndarray
    scales: np.ndarray


def quantise(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32 (n, dimension) → int8 codes of the same shape and float32 scales (n,), each vector by itself."""
    scales = np.abs(vectors).max(axis=1, initial=0.0).astype(np.float32) / np.float32(127)
    safe = np.where(scales > 0, scales, np.float32(1))
    return np.rint(vectors / safe[:, None]).astype(np.int8), scales


def restore(codes: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Codes int8 (n, dimension) and scales (n,) → vectors, float32 (n, dimension)."""
    restored: np.ndarray = codes.astype(np.float32)
    restored *= scales[:, None]
    return restored


class VectorStore:
    """Opened vectors, memory-mapped.

    Raises:
        StoreError: a file of them is damaged, as far as their sizes and the passages' first rows tell.
    """

    def __init__(self, folder: Path):
        self._codes = opened(folder / "codes.npy", np.int8, 2)
        self._scales = opened(folder / "scales.npy", np.float32)
        self._first = opened(folder / "first.npy", np.uint32)
        self._folder = folder
        rows = len(self._codes)
        if len(self._scales) != rows:
            raise damaged(folder / "scales.npy", f"{len(self._scales)} scales of {rows} vectors")
        # Rows are counted with these before anything is allocated for them.
        first = self._first
        if not len(first) or first[0] != 0 or first[-1] != rows or not np.all(first[:-1] < first[1:]):
            raise damaged(folder / "first.npy", "rows that are not in order")

    def __len__(self) -> int:
        return len(self._codes)

    @property
    def dimension(self) -> int:
        return int(self._codes.shape[1])

    @property
    def first(self) -> np.ndarray:
        """Each passage's first row and, last, how many rows there are: uint32 (passages + 1,)."""
        return self._first

    def by_text(self) -> Vectors:
        """All vectors, for the next build."""
        keys = opened(self._folder / "keys.npy", np.uint64)
        if len(keys) != len(self):
            raise damaged(self._folder / "keys.npy", f"{len(keys)} keys of {len(self)} vectors")
        return Vectors(keys, self._codes, self._scales)

    def vectors(self, rows: np.ndarray | slice) -> np.ndarray:
        """The vectors of some rows, float32 (rows, dimension)."""
        return restore(self._codes[rows], self._scales[rows])

    def centroids(self, passages: slice) -> np.ndarray:
        """Some passages' segments' vectors added and brought to length one, float32 (passages, dimension). Keeps nothing of
        them in memory."""
        first = self._first[passages.start : passages.stop + 1].astype(np.int64)
        sums = np.add.reduceat(self.vectors(slice(int(first[0]), int(first[-1]))), first[:-1] - first[0])
        release(self._codes)
        centroids: np.ndarray = sums / np.linalg.norm(sums, axis=1, keepdims=True).clip(1e-12)
        return centroids

    def similarities(self, query: np.ndarray, passages: np.ndarray) -> np.ndarray:
        """How near each passage is to the query, float32 (passages,): of its segments' cosines the best and the mean, weighed.

        The best alone wins over languages by accident (a name in Latin script draws every English question); the mean
        alone loses the figure in a long paragraph. `scripts/ablation.py` shows both.
        """
        if not len(passages):
            return np.empty(0, np.float32)
        cosines, begins, counts = self._of_segments(query, passages)
        mean = np.add.reduceat(cosines, begins) / counts.astype(np.float32)
        result: np.ndarray = MEAN * mean + (1 - MEAN) * np.maximum.reduceat(cosines, begins)
        return result

    def segment_similarities(self, query: np.ndarray, passages: np.ndarray) -> list[np.ndarray]:
        """Cosines of the query and each segment of some passages, a passage's in order, float32 (segments,) each."""
        if not len(passages):
            return []
        cosines, begins, _ = self._of_segments(query, passages)
        return np.split(cosines, begins[1:])

    def _of_segments(self, query: np.ndarray, passages: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The cosines of some passages' segments in a row, where each passage's begin, and how many it has."""
        first = self._first[passages].astype(np.int64)
        counts = self._first[passages + 1].astype(np.int64) - first
        begins = np.concatenate([[0], np.cumsum(counts)[:-1]])
        rows = np.repeat(first - begins, counts) + np.arange(counts.sum())
        # A row at a time: for so little a matrix product's threads cost more than they save, most of all on a busy machine.
        codes = self._codes.take(rows, axis=0).astype(np.float32)
        cosines: np.ndarray = np.vecdot(codes, query) * self._scales[rows]
        return cosines, begins, counts
