"""Row → passage, its neighbours, its document and the document's text. `rag.passage_writer` writes them.

text.bin         the documents' texts in UTF-8, one after the other
documents.jsonl  a document a line: name, path, checksum, where its text and passages lie, sections, turns
documents.npy    uint64 (documents + 1,): where each line begins
passages.npy     one fixed-size record a passage
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from rag.arrays import damaged, opened
from rag.errors import StoreError
from rag.passages import identity
from rag.places import page, times
from rag.records import Mark, Passage, Role, Section, SectionKind, Span, Speaker, Transcript, Turn
from rag.soundness import is_sound

FILES = ("text.bin", "documents.jsonl", "documents.npy", "passages.npy")
#: A section's kind by its number in a record.
KINDS = tuple(SectionKind)
RECORD = np.dtype(
    [
        ("id", "<u8"),
        ("document", "<u4"),
        ("char_start", "<u4"),
        ("char_end", "<u4"),
        ("byte_start", "<u8"),
        ("bytes", "<u4"),
        ("line_start", "<u4"),
        ("line_end", "<u4"),
        ("turn", "<i4"),
        ("section", "u1"),
        ("han", "u1"),
    ]
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document came from: ``path`` below its ``root``, and the SHA-256 of the file's bytes at the build."""

    root: int
    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document as stored: ``passages`` are its rows [first, end), ``text`` its bytes [first, end) of text.bin."""

    name: str
    source: Source
    transcript: Transcript
    passages: tuple[int, int]


class PassageStore:
    """An opened store. Rows count from 0 over all documents.

    Raises:
        StoreError: a file of it is damaged: at once as far as sizes tell, and where a document or passage is read.
    """

    def __init__(self, folder: Path):
        self._folder = folder
        self._records = opened(folder / "passages.npy", RECORD)
        self._begins = opened(folder / "documents.npy", np.uint64)
        self._lines = _mapped(folder / "documents.jsonl")
        self._text = _mapped(folder / "text.bin")
        self._parsed = lru_cache(maxsize=512)(self._parse)
        self._named: dict[str, int] | None = None

    def __len__(self) -> int:
        return len(self._records)

    @property
    def document_count(self) -> int:
        return len(self._begins) - 1

    @cached_property
    def is_han(self) -> np.ndarray:
        """bool (passages,): whether the passage is mainly in Chinese."""
        return np.array(self._records["han"], dtype=bool)

    @cached_property
    def sections(self) -> np.ndarray:
        """uint8 (passages,): the position in ``SectionKind`` of each passage's section."""
        return np.array(self._records["section"])

    def document(self, number: int) -> Document:
        """The document, its text included.

        Raises:
            StoreError: its record is damaged.
        """
        return self._parsed(number)

    def number_at(self, row: int) -> int:
        """The number of the document that a row's passage is of."""
        return self._checked(int(self._records[row]["document"]))

    def _checked(self, number: int) -> int:
        if number >= self.document_count:
            raise damaged(self._folder / "passages.npy", f"a document beyond the last of {self.document_count}")
        return number

    def document_of(self, row: int) -> Document:
        return self.document(self.number_at(row))

    def number_of(self, name: str) -> int | None:
        """The number of the document of this name."""
        if self._named is None:
            self._named = {self._line(number)["name"]: number for number in range(self.document_count)}
        return self._named.get(name)

    def names(self) -> list[str]:
        """All documents' names, in order."""
        return [self._line(number)["name"] for number in range(self.document_count)]

    def titles(self) -> list[str]:
        """What each document is called: its name and its title."""
        return [f"{line['name']} {line['title'] or ''}" for line in map(self._line, range(self.document_count))]

    def sources(self) -> list[tuple[str, Source, tuple[int, int]]]:
        """Each document's name, source and rows, without its text."""
        return [
            (line["name"], Source(**line["source"]), tuple(line["passages"]))
            for line in map(self._line, range(self.document_count))
        ]

    def passage(self, row: int) -> Passage:
        """The passage in a row. Its id, a hash of document, place and text, tells that all three are what was indexed.

        Raises:
            StoreError: they are not.
        """
        # As plain numbers at once: looked up one by one they cost ten times as much.
        found, number, start, end, _, _, line_start, line_end, turn_number, section, _ = self._records[row].item()
        document = self.document(self._checked(number))
        turns, marks = document.transcript.turns, document.transcript.marks
        text = document.transcript.text[start:end]
        known = identity(document.name, start, end, text)
        fits = turn_number < len(turns) and section < len(KINDS) and 1 <= line_start <= line_end
        if not (fits and text and found == int(known, 16)):
            raise damaged(self._folder, f"passage {row}, of {document.name}, is not what was indexed")
        turn = turns[turn_number] if turn_number >= 0 else None
        time_start, time_end = times(marks, start, end)
        return Passage(
            known,
            document.name,
            text,
            Span(start, end, line_start, line_end),
            KINDS[section],
            turn_number if turn else None,
            turn.speaker if turn else None,
            turn.exchange if turn else None,
            turn is not None and turn.is_question,
            time_start,
            time_end,
            page(marks, start),
        )

    def stored(self, number: int) -> tuple[dict[str, Any], bytes, np.ndarray]:
        """A document as it lies here, for another store: its line, its text and its passages' records, the bytes of these
        counted from the text's first.

        Raises:
            StoreError: it is damaged.
        """
        line = self._line(number)
        begin, end = self.document(number).passages
        text_begin, text_end = line["text"]
        records = np.array(self._records[begin:end])
        if len(records) and records["byte_start"].min() < text_begin:
            raise damaged(self._folder / "passages.npy", f"a passage before its document, {line['name']}")
        records["byte_start"] -= np.uint64(text_begin)
        return line, bytes(self._text[text_begin:text_end]), records

    def speaker(self, row: int) -> Speaker | None:
        """Who speaks in a row's passage."""
        turn = int(self._records[row]["turn"])
        if turn < 0:
            return None
        turns = self.document_of(row).transcript.turns
        if turn >= len(turns):
            raise damaged(self._folder / "passages.npy", f"a turn beyond the last of {len(turns)}")
        return turns[turn].speaker

    def _line(self, number: int) -> dict[str, Any]:
        try:
            line = self._read(number)
            is_whole = _fits(line)
        except (ValueError, KeyError, TypeError, RecursionError):
            is_whole = False
        if not is_whole:
            raise self._damaged(number)
        return line

    def _read(self, number: int) -> dict[str, Any]:
        line: dict[str, Any] = json.loads(bytes(self._lines[int(self._begins[number]) : int(self._begins[number + 1])]))
        return line

    def _damaged(self, number: int) -> StoreError:
        return StoreError(
            "the index is damaged", path=self._folder / "documents.jsonl", line=number + 1, hint="run: rag build"
        )

    def _parse(self, number: int) -> Document:
        try:
            line = self._read(number)
            begin, end = line["text"]
            transcript = Transcript(
                text=bytes(self._text[max(0, begin) : end]).decode(errors="surrogatepass"),
                encoding=line["encoding"],
                sections=tuple(
                    Section(SectionKind(s["kind"]), Span(**s["span"]), s["title"]) for s in line["sections"]
                ),
                turns=tuple(_turn(t) for t in line["turns"]),
                title=line["title"],
                byline=line["byline"],
                date=line["date"],
                format=line["format"],
                marks=tuple(Mark(*mark) for mark in line["marks"]),
            )
            source, passages = Source(**line["source"]), tuple(line["passages"])
            if not is_sound(line["name"], source, passages, transcript, len(self)):
                raise ValueError
            return Document(line["name"], source, transcript, passages)
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
            raise self._damaged(number) from None


def _fits(line: Any) -> bool:
    """Whether a document's line has what is read of it without the rest."""
    source, title = Source(**line["source"]), line["title"]
    texts = isinstance(line["name"], str) and isinstance(source.path, str) and (title is None or isinstance(title, str))
    return texts and isinstance(source.root, int) and all(isinstance(row, int) for row in line["passages"])


def _turn(line: dict[str, Any]) -> Turn:
    speaker = line["speaker"]
    return Turn(
        **{
            **line,
            "speaker": Speaker(**{**speaker, "role": Role(speaker["role"])}),
            "label": Span(**line["label"]),
            "span": Span(**line["span"]),
        }
    )


def _mapped(path: Path) -> memoryview:
    return memoryview(np.memmap(path, mode="r").data) if path.stat().st_size else memoryview(b"")
