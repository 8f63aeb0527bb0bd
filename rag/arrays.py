"""``.npy`` files larger than memory: one that grows at its end, one of known size filled anywhere, and any of them opened."""

from __future__ import annotations

import mmap
import os
from io import BytesIO
from pathlib import Path
from tokenize import TokenError
from types import TracebackType
from typing import Any

import numpy as np

from rag.errors import StoreError


class GrowingArray:
    """An ``.npy`` file that grows by rows; its bytes are those that ``numpy.save`` would write.

    Args:
        path: the file, replaced if it is there.
        dtype: of an element.
        columns: the elements in a row; none for an array of one dimension.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path, dtype: np.dtype[Any] | type, columns: tuple[int, ...] = ()):
        self._dtype = np.dtype(dtype)
        self._columns = columns
        self._rows = 0
        self._file = path.open("wb")
        self._file.write(self._header())

    def append(self, rows: Any) -> None:
        """Add rows at the end."""
        array = np.ascontiguousarray(rows, self._dtype)
        self._file.write(array.data if array.size else b"")
        self._rows += len(array)

    def close(self) -> None:
        """Finish the file."""
        if not self._file.closed:
            self._file.seek(0)
            self._file.write(self._header())
            self._file.close()

    def __enter__(self) -> GrowingArray:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _header(self) -> bytes:
        # numpy leaves room in a header for the first dimension to grow, so that every count of rows has one of this size.
        buffer = BytesIO()
        fields = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (self._rows, *self._columns),
        }
        np.lib.format.write_array_header_1_0(buffer, fields)
        return buffer.getvalue()


def allocate(path: Path, dtype: np.dtype[Any] | type, shape: tuple[int, ...]) -> np.ndarray:
    """A new ``.npy`` file of this shape, zeros, mapped to be filled; its room on the disk is taken at once.

    Raises:
        OSError: there is no room. (Found out while filling a map, it would kill the process.)
    """
    if 0 in shape:
        np.save(path, np.empty(shape, dtype))
        return np.empty(shape, dtype)
    mapped = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
    with path.open("rb+") as file:
        os.posix_fallocate(file.fileno(), 0, mapped.offset + mapped.nbytes)
    return mapped


def opened(path: Path, dtype: np.dtype[Any] | type, dimensions: int = 1) -> np.ndarray:
    """An array of an index, mapped; nothing of it is read but its header.

    Raises:
        StoreError: it cannot be read, or is not of this type and number of dimensions.
    """
    try:
        array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError, OverflowError, MemoryError, SyntaxError, TokenError) as error:
        # All of them, numpy's own, on a header that says what cannot be.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise damaged(path, reason) from None
    if array.dtype != np.dtype(dtype) or array.ndim != dimensions or not array.flags.c_contiguous:
        raise damaged(path, f"an array of {array.dtype}, of shape {array.shape}")
    # As a plain array: numpy's class for mapped ones takes several times as long for each element that is looked up.
    return array.view(np.ndarray)


def release(array: np.ndarray) -> None:
    """Let go of a mapped array's pages, which count as the process's memory once read; they are read again when used."""
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


def damaged(path: Path, what: str) -> StoreError:
    """The error for a file of an index whose content cannot be."""
    return StoreError(f"a file of the index is damaged ({what})", path=path, hint="run: rag build")
