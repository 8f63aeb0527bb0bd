"""Whether a FAISS file is of the layout that `rag.dense_index` writes, before FAISS reads it.

FAISS allocates what a file's counts ask for, builds whatever type of index the file names, and for some types opens
other files that it names. So every count and name of a file, which an index's maker may have chosen to harm, is compared
with what the index must be; what is left are the vectors' own numbers.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from rag.arrays import damaged

_HEADER = struct.Struct("<4siqqqBi")
_INNER_PRODUCT = 0
#: FAISS writes this into two fields that it no longer uses.
_UNUSED = 1 << 20
_MOST_LISTS = 1 << 24


def check(path: Path, dimension: int, passages: int, *, is_flat: bool) -> None:
    """Compare the file's layout with that of an index of so many passages.

    Args:
        is_flat: whether it holds plain vectors; otherwise cells (an inverted file) of 8-bit numbers.

    Raises:
        StoreError: it is another.
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        try:
            if is_flat:
                _flat(file, dimension, passages)
            else:
                _cells(file, dimension, passages)
            rest = size - file.tell()
        except (_Other, struct.error):
            rest = -1
    if rest != 0:
        raise damaged(path, f"it is no index of {passages} vectors of {dimension} numbers")


class _Other(Exception):
    """The layout is another."""


def _flat(file: BinaryIO, dimension: int, count: int) -> None:
    """An IndexFlat: a header, and the numbers' count before the numbers."""
    _expect(file, _HEADER, b"IxFI", dimension, count, _UNUSED, _UNUSED, 1, _INNER_PRODUCT)
    _expect(file, struct.Struct("<Q"), dimension * count)
    file.seek(4 * dimension * count, 1)


def _cells(file: BinaryIO, dimension: int, count: int) -> None:
    """An IndexIVFScalarQuantizer of 8 bits: its cells' centres, no direct map, the ranges of the numbers, the lists."""
    _expect(file, _HEADER, b"IwSq", dimension, count, _UNUSED, _UNUSED, 1, _INNER_PRODUCT)
    lists, probed = _take(file, struct.Struct("<QQ"))
    if not 1 <= probed <= lists <= _MOST_LISTS:
        raise _Other
    _flat(file, dimension, lists)
    _expect(file, struct.Struct("<BQ"), 0, 0)
    # By its type, 8 bits a number over each dimension's own range, of which the least and the width are kept.
    _expect(file, struct.Struct("<iifQQQ"), 0, 0, 0.0, dimension, dimension, 2 * dimension)
    file.seek(4 * 2 * dimension, 1)
    _expect(file, struct.Struct("<QB"), dimension, 1)
    _expect(file, struct.Struct("<4sQQ"), b"ilar", lists, dimension)
    kind, numbers = _take(file, struct.Struct("<4sQ"))
    # All lists' sizes, or the number and size of each that is not empty.
    if not (kind == b"full" and numbers == lists or kind == b"sprs" and numbers <= 2 * lists and numbers % 2 == 0):
        raise _Other
    sizes = _take(file, struct.Struct(f"<{numbers}Q"))
    if kind == b"sprs":
        if any(number >= lists for number in sizes[::2]) or len(set(sizes[::2])) < len(sizes[::2]):
            raise _Other
        sizes = sizes[1::2]
    if sum(sizes) != count:
        raise _Other
    file.seek((dimension + 8) * count, 1)


def _take(file: BinaryIO, layout: struct.Struct) -> tuple[int, ...]:
    return layout.unpack(file.read(layout.size))


def _expect(file: BinaryIO, layout: struct.Struct, *values: object) -> None:
    if _take(file, layout) != values:
        raise _Other
