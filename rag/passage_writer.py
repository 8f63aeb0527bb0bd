"""Writes the files that `rag.passage_store` opens, document by document."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from rag.arrays import GrowingArray
from rag.passage_store import KINDS, RECORD, PassageStore, Source
from rag.records import Passage, Transcript
from rag.text import is_mostly_han


class PassageWriter:
    """Takes one document after the other with its passages; numbers both in the order they come.

    Raises:
        OSError: a file cannot be written.
    """

    def __init__(self, folder: Path):
        self._texts = (folder / "text.bin").open("wb")
        self._lines = (folder / "documents.jsonl").open("wb")
        self._begins = GrowingArray(folder / "documents.npy", np.uint64)
        self._records = GrowingArray(folder / "passages.npy", RECORD)
        self._line_at = 0
        self._text_at = 0
        self._begins.append([0])
        self.documents = 0
        self.passages = 0

    def add(self, name: str, source: Source, transcript: Transcript, passages: list[Passage]) -> None:
        """Store a document."""
        described = _describe(transcript) | {"name": name, "source": asdict(source)}
        self._put(described, transcript.text.encode(errors="surrogatepass"), _placed(transcript, passages))

    def copy(self, store: PassageStore, number: int) -> None:
        """Store a document as it lies in another store."""
        self._put(*store.stored(number))

    def _put(self, line: dict[str, Any], text: bytes, records: np.ndarray) -> None:
        """Write a document's line, text and records, which are placed here: ``byte_start`` counts from the text's first byte."""
        self._texts.write(text)
        placed = {
            "passages": [self.passages, self.passages + len(records)],
            "text": [self._text_at, self._text_at + len(text)],
        }
        raw = json.dumps(line | placed, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        self._lines.write(raw)
        self._line_at += len(raw)
        self._begins.append([self._line_at])
        records["document"] = self.documents
        records["byte_start"] += np.uint64(self._text_at)
        self._records.append(records)
        self._text_at += len(text)
        self.passages += len(records)
        self.documents += 1

    def close(self) -> None:
        """Finish the files."""
        for file in (self._texts, self._lines, self._begins, self._records):
            file.close()


def _placed(transcript: Transcript, passages: list[Passage]) -> np.ndarray:
    """A document's records, its bytes counted from its first and its number yet to be set."""
    records: list[tuple[Any, ...]] = []
    char, byte = 0, 0
    for p in passages:
        byte += len(transcript.text[char : p.span.char_start].encode(errors="surrogatepass"))
        size = len(p.text.encode(errors="surrogatepass"))
        records.append(
            (
                int(p.id, 16), 0, p.span.char_start, p.span.char_end, byte, size, p.span.line_start,
                p.span.line_end, -1 if p.turn is None else p.turn, KINDS.index(p.section), is_mostly_han(p.text),
            )
        )  # fmt: skip
        byte += size
        char = p.span.char_end
    return np.array(records, RECORD)


def _describe(transcript: Transcript) -> dict[str, Any]:
    described = asdict(replace(transcript, text="", marks=()))
    del described["text"]
    # Thousands of them: by position, not by name.
    return described | {"marks": [list(asdict(mark).values()) for mark in transcript.marks]}
