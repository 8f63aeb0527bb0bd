"""An OpenDocument text (ODT) → its headings, paragraphs, list items and tables, in order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.errors import SourceError
from rag.transcripts.blocks import BULLET, SPANNED, Block, compose, table
from rag.transcripts.extracted import Extracted
from rag.transcripts.zipped import damaged, open_zip

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
# What stands in a paragraph and is not of its words.
_ASIDES = frozenset({f"{_TEXT}note", f"{_OFFICE}annotation", f"{_TEXT}tracked-changes", f"{_TEXT}bookmark"})
_MOST_BLANKS = 80
_MOST_COLUMNS = 40


def extract(data: bytes, path: Path) -> Extracted:
    """Reads the body of a document.

    Raises:
        SourceError: it is damaged, cut off, needs a password or would unpack to far more than it should.
    """
    from defusedxml import ElementTree

    with open_zip(data, path) as archive:
        try:
            if b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise SourceError("this document needs a password", hint="save it without a password", path=path)
            root = ElementTree.fromstring(archive.read("content.xml"))
            body = root.find(f"{_OFFICE}body/{_OFFICE}text")
            return compose(list(_Reader(root).blocks(body)), "odt")
        except SourceError:
            raise
        except Exception:  # a damaged document brings up any error in the parsers
            raise damaged(path) from None


class _Reader:
    """Reads a document's elements, its bold styles known."""

    def __init__(self, root: Any):
        self._bold: set[str] = set()
        self._titles: set[str] = {"Title"}
        for style in root.iter(f"{_STYLE}style"):
            name = style.get(f"{_STYLE}name")
            properties = style.find(f"{_STYLE}text-properties")
            if properties is not None and properties.get(f"{_FO}font-weight") == "bold":
                self._bold.add(name)
            if style.get(f"{_STYLE}parent-style-name") == "Title":
                self._titles.add(name)

    def blocks(self, element: Any) -> Iterator[Block]:
        """The blocks below an element, in order."""
        for child in element:
            if child.tag == f"{_TEXT}h" or child.get(f"{_TEXT}style-name") in self._titles:
                level = child.get(f"{_TEXT}outline-level", "1")
                yield Block(" ".join(self._words(child)[0].split()), level=min(int(level), 6))
            elif child.tag == f"{_TEXT}p":
                text, bold = self._words(child)
                yield Block(text.rstrip(), bold=bold)
            elif child.tag == f"{_TEXT}list":
                for number, item in enumerate(self._items(child)):
                    yield Block(BULLET + item, tight=number > 0)
            elif child.tag == f"{_TABLE}table":
                rows = child.iter(f"{_TABLE}table-row")
                yield from table(list(self._rows(rows)))
            elif child.tag not in _ASIDES:
                yield from self.blocks(child)

    def _items(self, element: Any) -> Iterator[str]:
        for paragraph in element.iter(f"{_TEXT}p"):
            words = " ".join(self._words(paragraph)[0].split())
            if words:
                yield words

    def _rows(self, rows: Iterator[Any]) -> Iterator[list[str]]:
        """The rows' cells; one that reaches over columns stands in its first, one that reaches over rows in each."""
        below: dict[int, tuple[int, str]] = {}
        for row in rows:
            cells: list[str] = []
            for cell in row:
                if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                    continue
                for _ in range(_number(cell, "columns-repeated")):
                    deep, words = below.pop(len(cells), (1, ""))
                    if cell.tag == f"{_TABLE}covered-table-cell":
                        words = words or SPANNED
                    else:
                        deep, words = _number(cell, "rows-spanned"), self._cell(cell)
                    if deep > 1:
                        below[len(cells)] = deep - 1, words
                    cells.append(words)
            yield cells

    def _cell(self, cell: Any) -> str:
        return " ".join(self._words(paragraph)[0] for paragraph in cell.iter(f"{_TEXT}p"))

    def _words(self, element: Any) -> tuple[str, tuple[tuple[int, int], ...]]:
        """A paragraph's words and the bold runs of them."""
        text = ""
        bold: list[tuple[int, int]] = []

        def add(words: str, is_bold: bool) -> None:
            nonlocal text
            if is_bold and words.strip():
                start = bold.pop()[0] if bold and bold[-1][1] == len(text) else len(text)
                bold.append((start, len(text) + len(words)))
            text += words

        def walk(node: Any, is_bold: bool) -> None:
            is_bold = is_bold or node.get(f"{_TEXT}style-name") in self._bold
            add((node.text or "").replace("\n", " "), is_bold)
            for child in node:
                if child.tag == f"{_TEXT}line-break":
                    add("\n", is_bold)
                elif child.tag in (f"{_TEXT}s", f"{_TEXT}tab"):
                    add(" " * min(int(child.get(f"{_TEXT}c", "1")), _MOST_BLANKS), is_bold)
                elif child.tag not in _ASIDES:
                    walk(child, is_bold)
                add((child.tail or "").replace("\n", " "), is_bold)

        walk(element, False)
        return text, tuple(bold)


def _number(cell: Any, name: str) -> int:
    return min(int(cell.get(f"{_TABLE}number-{name}", "1")), _MOST_COLUMNS)
