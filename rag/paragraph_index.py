"""The index of the paragraphs that a question file brings: made once, kept in the cache folder, brought up to date."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

import rag
from rag import builder, bundled_model, manifest, passages, text
from rag.errors import BusyError, InputError, SourceError
from rag.opened import OpenIndex, open_index
from rag.progress import Report, silent
from rag.transcripts.decode import decode


def cache_folder() -> Path:
    """Where indexes of question files' paragraphs are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rag" / "eval"


def open_paragraphs(paragraphs: dict[str, str], path: Path, report: Report = silent) -> OpenIndex:
    """The index of a file's paragraphs, each a document; those that are no text to the transcript reader are left out.

    It is brought up to date each time, which embeds only what is new.
    """
    versions = [rag.__version__, manifest.FORMAT, text.VERSION, passages.VERSION, bundled_model.NAME]
    key = hashlib.sha256(json.dumps([versions, list(paragraphs.items())]).encode()).hexdigest()[:16]
    index = cache_folder() / key
    folder = index / "transcripts"
    kept = {name: context.encode() for name, context in paragraphs.items() if _is_text(context)}
    if not kept:
        raise SourceError("none of its paragraphs can be indexed", path=path, hint='each "context" must hold text')
    try:
        if not folder.is_dir():
            index.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=".draft.", dir=index))
            try:
                for name, encoded in kept.items():
                    (draft / f"{name}.txt").write_bytes(encoded)
                # Another process may have written the same files meanwhile.
                if not folder.is_dir():
                    draft.rename(folder)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        if not folder.is_dir():
            raise InputError(
                f"the paragraphs cannot be kept there ({error.strerror})",
                path=index,
                hint="set XDG_CACHE_HOME to a folder that can be written",
            ) from None
    try:
        builder.build(index, [folder], report=report)
    except BusyError:
        # Another evaluation builds the same; what is there, if anything, serves.
        if not (index / "store" / "manifest.json").exists():
            raise
    return open_index(index)


def _is_text(context: str) -> bool:
    try:
        return decode(context.encode())[0] == context
    except (SourceError, UnicodeEncodeError):
        return False
