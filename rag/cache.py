"""Folders of things that are made once from what is installed, and kept for the next process."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from rag.errors import EncoderError


def folder(name: str, write: Callable[[Path], None], megabytes: int, instead: str = "") -> Path:
    """The cache folder of this name, whole; filled by ``write`` at the first call, then reused.

    Args:
        name: tells apart what is made from other inputs or by another version.
        megabytes: how much room it needs, for the hint.
        instead: what else may be done where there is no such room, for the hint.

    Raises:
        EncoderError: the cache folder cannot be written.
    """
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rag"
    found = root / name
    if found.is_dir():
        return found
    try:
        root.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=root))
        try:
            write(draft)
            # Another process may have published the same bytes meanwhile; theirs is as good as ours.
            if not found.is_dir():
                draft.rename(found)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        if found.is_dir():
            return found
        raise EncoderError(
            f"the model cannot be unpacked there ({error.strerror})",
            path=root,
            hint=f"set XDG_CACHE_HOME to a folder that can be written, with {megabytes} MB free{instead}",
        ) from None
    return found
