"""The errors that this package raises, each with a hint that says what to do.

RagError
├── UsageError          a question, option or argument that makes no sense      exit code 2
└── InputError          something on disk cannot be used                        exit code 3
    ├── SourceError     a transcript or a question file
    ├── StoreError      the index: missing, damaged, of another version or model
    ├── EncoderError    the embedding model
    └── BusyError       another build holds the index
"""

from __future__ import annotations

from pathlib import Path


class RagError(Exception):
    """What is wrong, in one line, and what to do about it.

    Args:
        message: what is wrong, with the value or the name of the thing.
        hint: what the user can do; printed on a line of its own.
        path: the file or folder concerned, if any.
        line: the line in that file, from 1, if one is to blame.
    """

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "", path: Path | str | None = None, line: int | None = None):
        self.message = message
        self.hint = hint
        self.path = path
        self.line = line
        super().__init__(str(self))

    def __str__(self) -> str:
        if self.path is None:
            return self.message
        place = f"{self.path}:{self.line}" if self.line is not None else str(self.path)
        return f"{place}: {self.message}"


class UsageError(RagError):
    """The question or an option makes no sense; nothing was touched."""

    exit_code = 2


class InputError(RagError):
    """Something on disk cannot be used."""


class SourceError(InputError):
    """A transcript or a question file is missing, empty, unreadable or malformed."""


class StoreError(InputError):
    """The index is missing, damaged, or was made by another version or model."""


class EncoderError(InputError):
    """The embedding model cannot be loaded or used."""


class BusyError(InputError):
    """Another build holds the index."""
