"""Checked access to the fields of a JSON object that a person or another program wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rag.errors import SourceError

_NAMES = {str: "a string", int: "a whole number", list: "a list", dict: "an object"}


class Fields:
    """Checked access to the fields of one JSON object; ``place`` says where in the file it is."""

    def __init__(self, record: Any, path: Path, line: int | None, place: str, hint: str):
        self.record, self.place, self._path, self._line, self._hint = record, place, path, line, hint
        if not isinstance(record, dict):
            raise self.error("an object {...} is wanted here")

    def error(self, message: str) -> SourceError:
        return SourceError(
            f"{self.place}: {message}" if self.place else message, path=self._path, line=self._line, hint=self._hint
        )

    def take(self, key: str, kind: type) -> Any:
        if key not in self.record:
            raise self.error(f"{key!r} is missing")
        value = self.record[key]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(f"{key!r} must be {_NAMES[kind]}")
        return value

    def list_of(self, key: str, kind: type) -> list[Any]:
        values: list[Any] = self.take(key, list)
        if not all(isinstance(value, kind) and not isinstance(value, bool) for value in values):
            raise self.error(f"{key!r} must hold {_NAMES[kind]} each")
        return values

    def optional(self, key: str) -> str | None:
        return None if self.record.get(key) is None else self.take(key, str)

    def identity(self) -> str:
        value = self.record.get("id")
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else self.words("id")

    def words(self, key: str) -> str:
        value: str = self.take(key, str)
        if not value.strip():
            raise self.error(f"{key!r} is blank")
        if any("\ud800" <= c <= "\udfff" for c in value):
            raise self.error(f"{key!r} holds half a character (a lone surrogate)")
        return value
