"""Fragments of lines with their places on a page → rows in reading order.

Places are in points from the page's lower left corner. A page is read from top to bottom, column by column where it has
two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rag.transcripts.extracted import joint

# The bullets of word processors, by their place in a font of symbols.
_SYMBOL = re.compile("[\uf000-\uf0ff]")


class Fragment(NamedTuple):
    """Words that stand together on one line, their box, the size of their type and whether all of them are bold."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    is_bold: bool


@dataclass(frozen=True, slots=True)
class Row:
    """The fragments that stand beside each other, from left to right, on a page, from 1."""

    cells: tuple[Fragment, ...]
    page: int
    column: int

    @property
    def text(self) -> str:
        words = self.cells[0].text
        for cell in self.cells[1:]:
            words += (joint(words, cell.text) or ("" if words[-1:] > "\u2e80" else " ")) + cell.text
        return words

    @property
    def x0(self) -> float:
        return self.cells[0].x0

    @property
    def x1(self) -> float:
        return self.cells[-1].x1

    @property
    def y0(self) -> float:
        return min(cell.y0 for cell in self.cells)

    @property
    def size(self) -> float:
        return max(cell.size for cell in self.cells)

    @property
    def is_bold(self) -> bool:
        return all(cell.is_bold for cell in self.cells)


def in_order(pages: Sequence[tuple[list[Fragment], float]]) -> list[Row]:
    """All rows of a document.

    Args:
        pages: each page's fragments, in any order, and its height.
    """
    return [row for number, (fragments, _) in enumerate(pages, 1) for row in _rows(fragments, number)]


def _rows(fragments: list[Fragment], page: int) -> Iterator[Row]:
    """A page's rows in reading order."""
    fragments = [f._replace(text="•") if _SYMBOL.fullmatch(f.text) else f for f in fragments]
    rows: list[list[Fragment]] = []
    gutter = _gutter(fragments)

    def side(fragment: Fragment) -> int:
        if gutter is None or fragment.x0 < gutter < fragment.x1:
            return 0
        return 1 if fragment.x1 <= gutter else 2

    for fragment in sorted(fragments, key=lambda f: (-f.y1, f.x0)):
        middle = (fragment.y0 + fragment.y1) / 2
        for row in reversed(rows[-8:]):
            if row[0].y0 < middle < row[0].y1 and side(row[0]) == side(fragment):
                row.append(fragment)
                break
        else:
            rows.append([fragment])
    found = [Row(tuple(sorted(row, key=lambda f: f.x0)), page, side(row[0])) for row in rows]
    if gutter is None:
        yield from found
        return
    # What crosses the gutter parts the page into bands, each read left column first.
    band: list[Row] = []
    for found_row in found:
        if found_row.column:
            band.append(found_row)
            continue
        yield from sorted(band, key=lambda r: r.column)
        yield found_row
        band = []
    yield from sorted(band, key=lambda r: r.column)


def _gutter(fragments: list[Fragment]) -> float | None:
    """Where the blank between two columns of text lies, if a page has it."""
    if len(fragments) < 12:
        return None
    left, right = min(f.x0 for f in fragments), max(f.x1 for f in fragments)
    middle = (left + right) / 2
    wide = [f for f in fragments if f.x1 - f.x0 > (right - left) * 0.25]
    before, after = [f for f in wide if f.x1 <= middle + 9], [f for f in wide if f.x0 >= middle - 9]
    if min(len(before), len(after)) < 6 or len(before) + len(after) < 0.7 * len(wide):
        return None
    return (max(f.x1 for f in before) + min(f.x0 for f in after)) / 2
