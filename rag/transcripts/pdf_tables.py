"""Rows of a PDF that form a table → its lines, each figure with the headings of its column.

A page says nothing of columns and of headings that reach over more than one: places have to tell. A heading is taken to
reach over columns where that is sure, and else belongs to the column below its middle; no words are lost either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rag.transcripts.blocks import SPANNED, Block, table
from rag.transcripts.pdf_rows import Fragment, Row

# A blank as wide as so many characters parts the cells of a row.
_CELL = 1.4
# Rows of a table stand no further apart than so many type sizes.
_NEAR = 2.5
# So many rows at most stand above a table's first whole one.
_HEADING_ROWS = 4
# How far from the middle of its columns a heading may stand, as a share of a column's width.
_OFF = 0.25

#: A column's left and right edge.
_Box = tuple[float, float]


def starts_table(rows: Sequence[Row], at: int) -> bool:
    """Whether a table starts with this row: two rows of cells, or a heading over the two last columns of them."""
    following = rows[at + 1 : at + 3]
    if not following or is_tabular(rows[at]):
        return bool(following) and is_tabular(rows[at]) and is_tabular(following[0])
    if len(rows[at].cells) > 1 or len(following) < 2 or not all(map(is_tabular, following)):
        return False
    (cell,), (names, figures) = rows[at].cells, following
    is_near = rows[at].page == names.page and 0 < rows[at].y0 - names.y0 < _NEAR * names.size
    boxes = [(c.x0, c.x1) for c in names.cells[-2:]]
    return (
        is_near and len(figures.cells) == 3 and _groups([cell], [c.text for c in names.cells[-2:]], boxes) is not None
    )


def is_tabular(row: Row) -> bool:
    """Whether the row has cells, set apart."""
    return len(row.cells) > 1 and all(b.x0 - a.x1 > _CELL * row.size for a, b in pairwise(row.cells))


def table_of(rows: Sequence[Row]) -> list[Block]:
    """The rows of a table, each cell in the column that it overlaps or lies nearest to."""
    widest = max(rows, key=lambda row: len(row.cells))
    middles = [_middle((cell.x0, cell.x1)) for cell in widest.cells]
    placed = [[_nearest(_middle((cell.x0, cell.x1)), middles) for cell in row.cells] for row in rows]
    lines = []
    for row, columns in zip(rows, placed, strict=True):
        line = [""] * len(middles)
        for cell, column in zip(row.cells, columns, strict=True):
            line[column] = f"{line[column]} {cell.text}".strip()
        lines.append(line)
    whole = next((number for number, line in enumerate(lines[: _HEADING_ROWS + 1]) if all(line[1:])), 0)
    boxes = _boxes(rows[whole:], placed[whole:], len(middles))
    for number in range(whole):
        heads = [cell for cell in rows[number].cells if cell.x1 > boxes[0][1]]
        groups = _groups(heads, lines[whole][1:], boxes[1:])
        if groups:
            corner = " ".join(cell.text for cell in rows[number].cells if cell not in heads)
            lines[number] = [corner, *_spread(heads, groups, len(middles) - 1)]
    # Where a table goes on, a page repeats its headings.
    opening = [row.text for row in rows[: whole + 1]]
    repeated: set[int] = set()
    for n in range(1, len(rows)):
        if (rows[n].page > rows[n - 1].page or n - 1 in repeated) and rows[n].text in opening:
            repeated.add(n)
    return table([line for n, line in enumerate(lines) if n not in repeated], page=rows[0].page)


def _middle(box: _Box) -> float:
    return (box[0] + box[1]) / 2


def _nearest(place: float, middles: Sequence[float]) -> int:
    return min(range(len(middles)), key=lambda n: abs(place - middles[n]))


def _boxes(rows: Sequence[Row], placed: Sequence[list[int]], count: int) -> list[_Box]:
    """Each column's edges, as far as its cells reach."""
    cells: list[list[Fragment]] = [[] for _ in range(count)]
    for row, columns in zip(rows, placed, strict=True):
        for cell, column in zip(row.cells, columns, strict=True):
            cells[column].append(cell)
    # The widest row has a cell in each column, unless it is a heading.
    return [(min((c.x0 for c in column), default=0.0), max((c.x1 for c in column), default=0.0)) for column in cells]


def _groups(heads: Sequence[Fragment], names: Sequence[str], boxes: Sequence[_Box]) -> list[range] | None:
    """The columns over which each heading reaches; None where it is not sure that they reach over any.

    It is sure where the columns' names are the same below each heading (2025, 2024, 2025, 2024), and where a heading
    stands in the middle of an even number of columns, above the gap between two.
    """
    count, width = len(heads), len(boxes)
    if not heads or width <= count or count == 1 and width > 2:
        return None
    off = _OFF * (_middle(boxes[-1]) - _middle(boxes[0])) / (width - 1)

    def is_centred(head: Fragment, group: range) -> bool:
        return abs(_middle((head.x0, head.x1)) - _middle((boxes[group[0]][0], boxes[group[-1]][1]))) < off

    each = width // count
    if count > 1 and list(names) == list(names[:each]) * count:
        groups = [range(n * each, n * each + each) for n in range(count)]
        if all(is_centred(h, g) or abs(h.x0 - boxes[g[0]][0]) < off for h, g in zip(heads, groups, strict=True)):
            return groups
    below = [_nearest(_middle(box), [_middle((head.x0, head.x1)) for head in heads]) for box in boxes]
    if set(below) != set(range(count)):
        return None
    groups = [range(below.index(n), below.index(n) + below.count(n)) for n in range(count)]
    is_sure = all((len(g) == 1 or len(g) % 2 == 0) and is_centred(h, g) for h, g in zip(heads, groups, strict=True))
    return groups if is_sure else None


def _spread(heads: Sequence[Fragment], groups: Sequence[range], width: int) -> list[str]:
    cells = [""] * width
    for head, group in zip(heads, groups, strict=True):
        cells[group[0]] = head.text
        cells[group[0] + 1 : group[-1] + 1] = [SPANNED] * (len(group) - 1)
    return cells
