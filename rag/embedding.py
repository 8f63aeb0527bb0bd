"""A build's texts → stored vectors. What an earlier build embedded is taken from there; every other text is embedded once.

The texts wait in a file of the draft, so that a corpus of any size passes through little memory. What has been embedded
is noted in the store's journal at once: a build that was killed is taken up where it was.
"""

from __future__ import annotations

import hashlib
from array import array
from pathlib import Path

import numpy as np

from rag.arrays import GrowingArray, release
from rag.encoder import Encoder
from rag.journal import Journal
from rag.progress import Report, silent
from rag.vector_store import Vectors, quantise

#: Texts embedded before they are noted: enough to put those of one length together.
_BLOCK = 2048
#: Vectors copied at a time.
_CHUNK = 1 << 15


def text_key(text: str) -> int:
    """What a text is found by in the vectors of an earlier build."""
    return int.from_bytes(hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest(), "little")


class Spool:
    """Takes the texts to embed, passage by passage.

    Raises:
        OSError: a file cannot be written.
    """

    def __init__(self, folder: Path):
        self._path = folder / "texts.tmp"
        self._file = self._path.open("wb")
        self._ends = array("Q", [0])
        self._keys = GrowingArray(folder / "keys.npy", np.uint64)
        self._first = GrowingArray(folder / "first.npy", np.uint32)
        self._first.append([0])

    def add(self, texts: list[str]) -> None:
        """The texts of the next passage."""
        keys = []
        for text in texts:
            encoded = text.encode(errors="surrogatepass")
            self._file.write(encoded)
            self._ends.append(self._ends[-1] + len(encoded))
            keys.append(text_key(text))
        self._keys.append(keys)
        self._first.append([len(self._ends) - 1])

    def skip(self, keys: np.ndarray, sizes: np.ndarray) -> None:
        """The texts of the next passages, which an earlier build has embedded: only their places are needed.

        Args:
            keys: uint64 (texts,), the texts'.
            sizes: int64 (passages,), how many each passage has.
        """
        self._keys.append(keys)
        self._first.append(len(self) + np.cumsum(sizes))
        self._ends.extend([self._ends[-1]] * len(keys))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def close(self) -> None:
        """Finish the files; the texts can be read until ``remove``."""
        for file in (self._file, self._keys, self._first):
            file.close()

    def texts(self, rows: list[int]) -> list[str]:
        """Some of the texts."""
        found = []
        with self._path.open("rb") as file:
            for row in rows:
                file.seek(self._ends[row])
                found.append(file.read(self._ends[row + 1] - self._ends[row]).decode(errors="surrogatepass"))
        return found

    def remove(self) -> None:
        """Drop the texts."""
        self._path.unlink()


def embed(
    folder: Path,
    spool: Spool,
    encoder: Encoder,
    known: list[Vectors],
    journal: Journal,
    report: Report = silent,
) -> int:
    """Write the vectors of a closed spool's texts; gives how many texts had to be embedded.

    Args:
        folder: the draft.
        known: what was embedded before with the same encoder.
        journal: where to note what is embedded now.

    Raises:
        OSError: a file cannot be written.
        EncoderError: the model fails.
    """
    keys, firsts, places = np.unique(np.load(folder / "keys.npy"), return_index=True, return_inverse=True)
    # Which of the known sets has each distinct text, and in which row.
    holder, rows = np.full(len(keys), -1), np.zeros(len(keys), np.int64)
    for number, source in enumerate(known):
        _look_up(source, number, keys, holder, rows)
    missing = firsts[holder < 0]
    missing.sort()
    done = 0

    def progress(count: int) -> None:
        nonlocal done
        done += count
        report("embedding", done, len(missing))

    for at in range(0, len(missing), _BLOCK):
        block = missing[at : at + _BLOCK].tolist()
        codes, scales = quantise(encoder.passages(spool.texts(block), progress))
        journal.append(Vectors(np.load(folder / "keys.npy", mmap_mode="r")[block], codes, scales))
    if len(missing):
        known = [*known, journal.read()]
        _look_up(known[-1], len(known) - 1, keys, holder, rows)
    with (
        GrowingArray(folder / "codes.npy", np.int8, (encoder.dimension,)) as codes_out,
        GrowingArray(folder / "scales.npy", np.float32) as scales_out,
    ):
        for at in range(0, len(places), _CHUNK):
            chunk = places[at : at + _CHUNK]
            codes = np.empty((len(chunk), encoder.dimension), np.int8)
            scales = np.empty(len(chunk), np.float32)
            for number, source in enumerate(known):
                mine = np.flatnonzero(holder[chunk] == number)
                codes[mine] = source.codes[rows[chunk[mine]]]
                scales[mine] = source.scales[rows[chunk[mine]]]
                release(source.codes)
            codes_out.append(codes)
            scales_out.append(scales)
    return len(missing)


def _look_up(source: Vectors, number: int, keys: np.ndarray, holder: np.ndarray, rows: np.ndarray) -> None:
    """Note the source's ``number`` and row for each of the sorted ``keys`` that it has and that has none yet."""
    if not len(source.keys):
        return
    order = np.argsort(source.keys, kind="stable")
    have = source.keys[order]
    found = np.minimum(np.searchsorted(have, keys), len(have) - 1)
    fresh = (have[found] == keys) & (holder < 0)
    holder[fresh] = number
    rows[fresh] = order[found[fresh]]
