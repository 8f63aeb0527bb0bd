"""The vectors that a build has made so far, kept beside the generations until one that holds them is published.

A header names the encoder; records of one size follow, each with a checksum, so that a record that was being written
when the process died is known and left out.
"""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

import numpy as np

from rag.arrays import release
from rag.vector_store import Vectors

#: Records whose keys are read at a time.
_CHUNK = 1 << 16


class Journal:
    """A journal file, made with the first vectors that are noted.

    Args:
        path: the file.
        fingerprint: of the encoder; a journal of another is replaced.
        dimension: of its vectors.
    """

    def __init__(self, path: Path, fingerprint: str, dimension: int):
        self._path = path
        self._record = np.dtype([("key", "<u8"), ("scale", "<f4"), ("check", "<u4"), ("codes", "i1", (dimension,))])
        self._header = hashlib.sha256(f"{self._record.itemsize} {fingerprint}".encode()).hexdigest().encode()
        self._count = self._sound()

    def read(self) -> Vectors:
        """What was noted: the keys in memory, the rest mapped."""
        if not self._count:
            records = np.empty(0, self._record)
        else:
            records = np.memmap(self._path, self._record, mode="r", offset=len(self._header), shape=(self._count,))
        keys = np.empty(self._count, np.uint64)
        for at in range(0, self._count, _CHUNK):
            keys[at : at + _CHUNK] = records["key"][at : at + _CHUNK]
            # The keys lie between the vectors: reading them brings all of the file in.
            release(records)
        return Vectors(keys, records["codes"], records["scale"])

    def append(self, vectors: Vectors) -> None:
        """Note vectors.

        Raises:
            OSError: they cannot be written.
        """
        records = np.zeros(len(vectors.keys), self._record)
        records["key"], records["codes"], records["scale"] = vectors.keys, vectors.codes, vectors.scales
        records["check"] = [_check(record) for record in records]
        with self._path.open("r+b" if self._count else "wb") as file:
            file.write(self._header)
            file.seek(len(self._header) + self._count * self._record.itemsize)
            file.truncate()
            file.write(records.tobytes())
        self._count += len(records)

    def remove(self) -> None:
        """Drop the file, if there is one."""
        self._count = 0
        self._path.unlink(missing_ok=True)

    def _sound(self) -> int:
        """How many records, from the first on, are as they were written."""
        try:
            with self._path.open("rb") as file:
                if file.read(len(self._header)) != self._header:
                    return 0
                count = 0
                while len(raw := file.read(self._record.itemsize)) == self._record.itemsize:
                    record = np.frombuffer(raw, self._record)[0]
                    if record["check"] != _check(record):
                        break
                    count += 1
                return count
        except OSError:
            return 0


def _check(record: np.void) -> int:
    return zlib.crc32(record["codes"].tobytes(), zlib.crc32(record["key"].tobytes() + record["scale"].tobytes()))
