"""Paragraphs, headings, list items and tables of a document → a readable text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.records import Mark
from rag.transcripts.extracted import Extracted
from rag.transcripts.speakers import recognise

BULLET = "• "
#: Stands in a table's cell over which the cell before it reaches.
SPANNED = "⇠"
_FIGURE = re.compile(r"[^\w]*\d[\d.,]*\s*\S{0,4}")
# Set in cells of their own beside a figure: "$", "512", ")".
_BEFORE = re.compile(r"(?:US|NT|HK|RMB|CN|S|A|C)?[$€£¥(]|RMB")
_AFTER = re.compile(r"\)|\)?%\)?")
# A table of two columns is a dialogue if what stands on the right is so long, on average.
_SPOKEN = 15


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading or row.

    Args:
        text: its words; line ends in it are kept.
        level: 1 to 6 for a heading, else 0.
        bold: the runs of it ``[start, end)`` that are bold.
        tight: whether it follows the block before without a blank line, as items and rows do.
        page: from 1, where the source has pages.
        turns: (offset in the text, page) where a paragraph runs on to another page.
    """

    text: str
    level: int = 0
    bold: tuple[tuple[int, int], ...] = ()
    tight: bool = False
    page: int | None = None
    turns: tuple[tuple[int, int], ...] = ()


def compose(blocks: Iterable[Block], format: str, encoding: str = "") -> Extracted:
    """The text of the blocks; empty ones are left out."""
    pieces: list[str] = []
    marks: list[Mark] = []
    bold: list[tuple[int, int]] = []
    at = 0
    for block in blocks:
        if not block.text.strip():
            continue
        opening = ("\n" if block.tight else "\n\n") if pieces else ""
        if block.page is not None and (not marks or marks[-1].page != block.page):
            marks.append(Mark(at + len(opening), page=block.page))
        opening += "#" * block.level + " " if block.level else ""
        start = at + len(opening)
        marks += [Mark(start + offset, page=page) for offset, page in block.turns]
        bold += [(start + first, start + last) for first, last in block.bold]
        pieces += [opening, block.text]
        at = start + len(block.text)
    text = "".join(pieces) + ("\n" if pieces else "")
    return Extracted(text, format, encoding, tuple(marks), bold=tuple(bold), markdown=True)


def table(rows: Sequence[Sequence[str]], has_header: bool | None = None, page: int | None = None) -> list[Block]:
    """A table's rows as lines. Each cell carries its column's heading, so that a figure found alone says what it is of.

    Args:
        rows: the cells' words, row by row; ``SPANNED`` where a cell reaches over more than one column.
        has_header: whether the first row is the header; None to tell from the cells.
    """
    filled = [[" ".join(cell.split()) for cell in row] for row in rows]
    filled = [row for row in filled if any(row)]
    if not filled:
        return []
    if _is_dialogue(filled):
        return [
            part for row in filled for part in (Block(f"{row[0].rstrip(':：')}:", page=page), Block(row[1], page=page))
        ]
    # A title stands in a cell of its own above them all.
    if len(filled) > 1 and not any(filled[0][1:]) and sum(map(bool, filled[1])) > 1:
        return [Block(filled[0][0], page=page), *_tight(table(filled[1:], has_header, page))]
    # Rows of names that reach over columns stand above the row that names each.
    above = next((number for number, row in enumerate(filled) if SPANNED not in row), 0)
    count = max(1, above + (not any(map(_is_amount, filled[above][1:]))))
    if not (_has_header(filled[count - 1 :]) if has_header is None else has_header):
        count = 0
    header = _names(filled[:count])
    lines = [_line(row, header if number >= count else None) for number, row in enumerate(filled)]
    return [Block(line, tight=number > 0, page=page) for number, line in enumerate(lines)]


def _tight(blocks: list[Block]) -> list[Block]:
    return [replace(block, tight=True) for block in blocks]


def _names(rows: list[list[str]]) -> list[str]:
    """What the rows of a table's header call each column; a title over all of them names none."""
    if not rows:
        return []
    names = [""] * len(rows[-1])
    for row in rows:
        reaching = ""
        if len(row) != len(names) or all(cell == SPANNED for cell in row[1:]):
            continue
        for column, cell in enumerate(row):
            reaching = reaching if cell == SPANNED else cell
            if reaching not in names[column]:
                names[column] = f"{names[column]} {reaching}".strip()
    return names


def _whole(row: list[str]) -> list[str]:
    """The row with signs of currency, brackets and per cents put to their figures, and nothing where a cell reaches."""
    cells = ["" if cell == SPANNED else cell for cell in row]
    for column, cell in enumerate(cells):
        after = next((n for n in range(column + 1, len(cells)) if cells[n]), None)
        before = next((n for n in range(column - 1, 0, -1) if cells[n]), None)
        if column and after and _BEFORE.fullmatch(cell) and _FIGURE.fullmatch(cells[after]):
            cells[column], cells[after] = "", cell + cells[after]
        elif before and _AFTER.fullmatch(cell) and _FIGURE.fullmatch(cells[before]):
            cells[column], cells[before] = "", cells[before] + cell
    return cells


def _line(row: list[str], header: list[str] | None) -> str:
    row = _whole(row)
    if header and len(header) == len(row):
        row = [
            row[0],
            *(f"{name} {cell}" if cell and name else cell for name, cell in zip(header[1:], row[1:], strict=True)),
        ]
    return " | ".join(cell for cell in row if cell)


def _has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: figures stand below it and none in it, or its corner is empty."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    first = rows[0][1:]
    has_figures = any(_FIGURE.fullmatch(cell) for row in rows[1:] for cell in row[1:])
    return has_figures and all(first) and (not rows[0][0] or not any(_is_amount(cell) for cell in first))


def _is_amount(cell: str) -> bool:
    """Whether a cell is a figure other than a year or a quarter."""
    return bool(_FIGURE.fullmatch(cell)) and not re.fullmatch(r"(?:FY\s?)?(?:19|20)\d\d\s*\S{0,4}", cell)


def _is_dialogue(rows: list[list[str]]) -> bool:
    """Whether a table of two columns has speakers on the left and their words on the right."""
    if any(len(row) != 2 for row in rows) or sum(len(row[1]) for row in rows) < _SPOKEN * len(rows):
        return False
    return sum(recognise(f"{row[0].rstrip(':：')}:") is not None for row in rows) * 2 >= len(rows)
