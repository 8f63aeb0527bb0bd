"""What a published build has of documents that did not change: taken from there as it lies, neither read nor analysed again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rag import lexical_merge
from rag.arrays import damaged, opened
from rag.discovery import Found
from rag.embedding import Spool
from rag.errors import StoreError
from rag.lexical_writer import LexicalWriter
from rag.passage_store import PassageStore
from rag.passage_writer import PassageWriter
from rag.progress import Report
from rag.records import Transcript
from rag.vector_store import VectorStore


class Kept:
    """The documents of a generation, taken over in their order.

    Args:
        folder: the generation's.

    Raises:
        StoreError: its parts do not fit each other.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._store = PassageStore(folder)
        vectors = VectorStore(folder)
        self._first, self._keys = vectors.first.astype(np.int64), vectors.by_text().keys
        if len(self._first) - 1 != len(self._store):
            raise damaged(folder / "first.npy", f"first rows not of {len(self._store)} passages")
        lexical_merge.check(folder, len(self._store))
        self._lengths = opened(folder / "lengths.npy", np.uint32)
        self._numbers = {(name, source): number for number, (name, source, _) in enumerate(self._store.sources())}
        self._rows = np.full(len(self._store), -1)
        self._last = -1

    def number(self, found: Found) -> int | None:
        """The number of the document that this very file gave, if it can be taken over next."""
        number = self._numbers.get((found.name, found.source))
        if number is None or number <= self._last:
            return None
        try:
            for row in range(*self._store.document(number).passages):
                self._store.passage(row)
        except StoreError:
            return None
        return number

    def transcript(self, number: int) -> Transcript:
        return self._store.document(number).transcript

    def take(self, number: int, store: PassageWriter, spool: Spool, lexical: LexicalWriter) -> None:
        """Pass a document on to what is written now."""
        begin, end = self._store.document(number).passages
        self._rows[begin:end] = np.arange(store.passages, store.passages + end - begin)
        self._last = number
        store.copy(self._store, number)
        first = self._first[begin : end + 1]
        spool.skip(self._keys[first[0] : first[-1]], np.diff(first))
        lexical.skip(self._lengths[begin:end])

    def add_postings(self, folder: Path, report: Report) -> None:
        """Add the postings of what was taken over to the index in a folder."""
        if self._last >= 0:
            lexical_merge.merge(folder, self._folder, self._rows, report)
