"""FAISS over the centroids of the passages' segments' vectors, inner product: write, open, search.

    vectors.faiss    the FAISS index; which type, its size decides, and the manifest says (`describe`)

Centroids are of length one: of plain means, those of short passages are longer, and would be nearest to any question.

Up to ``FLAT`` passages every vector is compared. Beyond, they are sorted into cells (an inverted file) and stored in 8
bits a number, and a search looks into the nearest cells only: `scripts/measure_scale.py` shows the cost and what is missed.
"""

from __future__ import annotations

import errno
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from rag import faiss_file
from rag.arrays import damaged
from rag.progress import Report, silent
from rag.vector_store import VectorStore

FILES = ("vectors.faiss",)
#: Passages up to which an exact search is quicker than reading a question.
FLAT = 50_000
#: Cells looked into, of all; and vectors that each cell's centre is trained on.
_PROBED = 1 / 8
_TRAINED_ON = 64
#: Passages whose vectors are in memory together: some hundred megabytes, where a passage has ten sentences.
_CHUNK = 1 << 14


def describe(passages: int) -> str:
    """The FAISS factory string of an index of so many passages."""
    if passages <= FLAT:
        return "Flat"
    # A power of two near four times the root: finding the cells and looking into them then cost about the same.
    return f"IVF{2 ** round(math.log2(4 * math.sqrt(passages)))},SQ8"


def write(folder: Path, vectors: VectorStore, dimension: int, report: Report = silent) -> None:
    """Index the centroids of the passages' vectors, a chunk at a time.

    Raises:
        OSError: the file cannot be written.
    """
    import faiss

    count = len(vectors.first) - 1
    index: Any = faiss.index_factory(dimension, describe(count), faiss.METRIC_INNER_PRODUCT)
    if not index.is_trained:
        cells = index.nlist
        index.nprobe = max(1, int(cells * _PROBED))
        # Evenly spread over the corpus, in its order: the same every time.
        sampled = np.linspace(0, count - 1, min(count, cells * _TRAINED_ON)).astype(np.int64)
        sample = np.empty((len(sampled), dimension), np.float32)
        for chunk in _chunks(count):
            report("learning cells", chunk.start, count)
            first, end = np.searchsorted(sampled, (chunk.start, chunk.stop))
            sample[first:end] = vectors.centroids(chunk)[sampled[first:end] - chunk.start]
        index.cp.max_points_per_centroid = _TRAINED_ON
        index.train(sample)
        report("learning cells", count, count)
        del sample
    for chunk in _chunks(count):
        index.add(vectors.centroids(chunk))
        report("indexing vectors", chunk.stop, count)
    try:
        faiss.write_index(index, str(folder / "vectors.faiss"))
    except RuntimeError as error:
        # faiss tells the cause in its message only.
        code = next((c for c in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) if os.strerror(c) in str(error)), errno.EIO)
        raise OSError(code, os.strerror(code)) from None


def _chunks(count: int) -> list[slice]:
    return [slice(at, min(at + _CHUNK, count)) for at in range(0, count, _CHUNK)]


class DenseIndex:
    """An opened index, memory-mapped.

    Args:
        passages, dimension: how many vectors it must hold, and of how many numbers.

    Raises:
        StoreError: the file is not what `write` makes of so many vectors.
        OSError: it cannot be read.
    """

    def __init__(self, folder: Path, passages: int, dimension: int):
        self._path = folder / "vectors.faiss"
        faiss_file.check(self._path, dimension, passages, is_flat=describe(passages) == "Flat")
        import faiss

        try:
            self._index: Any = faiss.read_index(str(self._path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        except RuntimeError as error:
            raise damaged(self._path, str(error).splitlines()[0]) from None

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    def nearest(self, query: np.ndarray, count: int) -> np.ndarray:
        """The ``count`` passages whose centroids are nearest to ``query``, float32 of shape (dimension,); nearest
        first, as far as 8 bits a number and the cells that are looked into tell (`scripts/measure_scale.py`). Whoever ranks
        them compares the stored vectors.
        """
        if not len(self):
            return np.empty(0, np.int64)
        _, rows = self._index.search(query[None, :], min(count, len(self)))
        found: np.ndarray = rows[0][rows[0] >= 0]
        if found.max(initial=0) >= len(self):
            raise damaged(self._path, f"a passage beyond the last of {len(self)}")
        return found
