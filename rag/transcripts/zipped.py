"""Opening the ZIP archives that DOCX and ODT are, after a look at what they would unpack to."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from rag.errors import SourceError

#: No transcript unpacks to more; what does is made to fill the memory.
LARGEST = 256 << 20
# XML shrinks to a tenth or so; runs of one byte shrink a thousandfold.
_RATIO = 200
_SMALL = 4 << 20


def open_zip(data: bytes, path: Path) -> zipfile.ZipFile:
    """The archive, nothing of it unpacked.

    Raises:
        SourceError: it is cut off or damaged, needs a password, or would unpack to far more than it should.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except Exception:  # a damaged directory brings up more than BadZipFile
        raise damaged(path) from None
    if any(entry.flag_bits & 1 for entry in entries):
        raise SourceError("this document needs a password", hint="save it without a password", path=path)
    total = sum(entry.file_size for entry in entries)
    swollen = any(e.file_size > _SMALL and e.file_size > _RATIO * max(e.compress_size, 1) for e in entries)
    if total > LARGEST or swollen:
        raise SourceError(
            f"this document would unpack to {total / 1e6:,.0f} MB", hint="save its text to a new document", path=path
        )
    return archive


def damaged(path: Path) -> SourceError:
    """The error for an archive or a document that cannot be read to its end."""
    return SourceError(
        "this document is damaged or cut off", hint="open it in a word processor and save it again", path=path
    )
