"""FAISS over unit vectors, inner product: write, open, search.

Each passage has one vector of its own, followed by one for each of its segments (a sentence, or a few short ones), so
that a figure in a long paragraph can be found. Files:

    vectors.faiss    the FAISS index, float32 (vectors, dimension)
    first.npy        uint32 (passages + 1,): the row of each passage's own vector; its segments' rows follow
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np

FILES = ("vectors.faiss", "first.npy")


def write(folder: Path, vectors: np.ndarray, first: np.ndarray) -> None:
    """Write the vectors, float32 of shape (vectors, dimension), and each passage's first row, of shape (passages + 1,).

    Raises:
        OSError: a file cannot be written.
    """
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    try:
        faiss.write_index(index, str(folder / "vectors.faiss"))
    except RuntimeError as error:
        # faiss tells the cause in its message only.
        code = next((c for c in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) if os.strerror(c) in str(error)), errno.EIO)
        raise OSError(code, os.strerror(code)) from None
    np.save(folder / "first.npy", first.astype(np.uint32))


class DenseIndex:
    """An opened index, memory-mapped."""

    def __init__(self, folder: Path):
        import faiss

        self._index = faiss.read_index(str(folder / "vectors.faiss"), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        self._first = np.load(folder / "first.npy", mmap_mode="r")

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    @property
    def size(self) -> int:
        """How many vectors it holds."""
        return int(self._index.ntotal)

    def candidates(self, query: np.ndarray, count: int) -> np.ndarray:
        """The passages that own the ``count`` vectors nearest to ``query``, float32 of shape (dimension,); ascending rows."""
        if not self.size:
            return np.empty(0, np.int64)
        _, rows = self._index.search(query[None, :], min(count, self.size))
        return np.unique(np.searchsorted(self._first, rows[0], side="right") - 1)

    def similarities(self, query: np.ndarray, passages: np.ndarray) -> np.ndarray:
        """Cosine of the query and each passage, float32 (passages,): the mean of its own vector's and its best segment's.

        A segment alone wins over languages by accident (a name in Latin script draws every English question); the
        passage's own vector alone loses the figure in a long paragraph. `scripts/ablation.py` shows both.
        """
        rows, begins = self._rows(passages)
        cosines = self._index.reconstruct_batch(rows) @ query
        own = cosines[begins]
        # A passage of one segment has no row but its own; its best segment is itself.
        alone = np.diff(np.append(begins, len(rows))) == 1
        masked = cosines.copy()
        masked[begins] = np.where(alone, own, -1)
        result: np.ndarray = (own + np.maximum.reduceat(masked, begins)) / 2
        return result

    def segment_similarities(self, query: np.ndarray, passage: int) -> np.ndarray:
        """Cosine of the query and each segment of one passage, in order, float32 (segments,)."""
        first, end = int(self._first[passage]), int(self._first[passage + 1])
        cosines: np.ndarray = self._index.reconstruct_n(first, end - first) @ query
        return cosines[1:] if len(cosines) > 1 else cosines

    def all_vectors(self) -> np.ndarray:
        """Every vector, float32 (vectors, dimension): for a build that reuses them."""
        return (
            np.asarray(self._index.reconstruct_n(0, self.size))
            if self.size
            else np.empty((0, self.dimension), np.float32)
        )

    def first_rows(self) -> np.ndarray:
        """Each passage's first row and, last, how many rows there are: int64 (passages + 1,)."""
        return self._first.astype(np.int64)

    def _rows(self, passages: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The vectors' rows of several passages, one after the other, and where each passage's begin."""
        first = self._first[passages].astype(np.int64)
        counts = self._first[passages + 1].astype(np.int64) - first
        begins = np.concatenate([[0], np.cumsum(counts)[:-1]])
        return np.repeat(first - begins, counts) + np.arange(counts.sum()), begins
