"""Rows of a PDF in reading order → paragraphs, headings and tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rag.transcripts.blocks import Block
from rag.transcripts.extracted import joint
from rag.transcripts.pdf_margins import without_running
from rag.transcripts.pdf_rows import Fragment, Row, in_order
from rag.transcripts.pdf_tables import is_tabular, starts_table, table_of

# Lines so much further apart than most are of two paragraphs.
_APART = 1.25
# A line set so much larger than most is a heading.
_LARGER = 1.15
_BULLET = re.compile(
    r"[•·▪‣◦●○■□*–-]\s|(?:\d{1,2}|[a-z])[.)](?:\s|(?=[㐀-鿿]))|[(\uff08]\d{1,2}[)\uff09]|[一二三四五六七八九十]{1,3}、"
)
_ENDS = re.compile(r"[.!?:。…\uff01\uff1f\uff1a;\uff1b][\"”’」』)\]\uff09]*$")
_HYPHENATED = re.compile(r"[A-Za-z][-\u2010]$")


def blocks(pages: Sequence[tuple[list[Fragment], float]]) -> list[Block]:
    """The blocks of a document.

    Args:
        pages: each page's fragments, in any order, and its height.
    """
    rows = without_running(in_order(pages), [height for _, height in pages])
    if not rows:
        return []
    sizes = Counter[float]()
    # Tables are often set smaller than what is said.
    for row in [row for row in rows if not is_tabular(row)] or rows:
        sizes[round(row.size, 1)] += len(row.text)
    return list(_joined(rows, sizes.most_common(1)[0][0]))


def _joined(rows: list[Row], size: float) -> Iterator[Block]:
    """Tables, and rows joined to paragraphs."""
    spacing = _spacing(rows, size)
    known = Counter(re.findall(r"[A-Za-z]+(?:-[A-Za-z]+)*", " ".join(row.text for row in rows)))
    at = 0
    while at < len(rows):
        stop = at + 1
        if starts_table(rows, at):
            while stop < len(rows) and is_tabular(rows[stop]):
                stop += 1
            yield from table_of(rows[at:stop])
            at = stop
            continue
        while stop < len(rows) and _goes_on(rows[stop - 1], rows[stop], spacing) and not starts_table(rows, stop):
            stop += 1
        yield _paragraph(rows[at:stop], size, known)
        at = stop


class _Spacing(NamedTuple):
    """How a document is set: the distance between its lines, in type sizes, whether paragraphs stand further apart than
    lines, and the left and right edges of each page's columns, by (page, column)."""

    leading: float
    is_parted: bool
    lefts: dict[tuple[int, int], float]
    edges: dict[tuple[int, int], float]


def _spacing(rows: list[Row], size: float) -> _Spacing:
    edges: dict[tuple[int, int], float] = {}
    lefts: dict[tuple[int, int], float] = {}
    for row in rows:
        lefts[row.page, row.column] = min(row.x0, lefts.get((row.page, row.column), row.x0))
        edges[row.page, row.column] = max(row.x1, edges.get((row.page, row.column), 0.0))
    beside = ((before, row) for before, row in pairwise(rows) if (before.page, before.column) == (row.page, row.column))
    gaps = sorted((before.y0 - row.y0) / size for before, row in beside if row.size <= size * _LARGER)
    near = [gap for gap in gaps if 0.5 < gap < 4]
    leading = near[len(near) // 4] if near else 1.5
    is_parted = sum(gap > _APART * leading for gap in near) >= max(2, len(near) / 10)
    return _Spacing(leading, is_parted, lefts, edges)


def _goes_on(before: Row, row: Row, spacing: _Spacing) -> bool:
    """Whether a row continues the paragraph of the row before."""
    if _BULLET.match(row.text) or abs(before.size - row.size) > 0.5 or before.is_bold != row.is_bold:
        return False
    place = row.page, row.column
    is_full = before.x1 > spacing.edges[before.page, before.column] - 2.5 * before.size
    ends = bool(_ENDS.search(before.text))
    if (before.page, before.column) != place:
        return is_full and not ends
    if before.y0 - row.y0 > _APART * spacing.leading * row.size or row.y0 > before.y0:
        return False
    if row.x0 - before.x0 > row.size and not _BULLET.match(before.text):
        # The first line of a paragraph is set in.
        return not ends and before.x0 > spacing.lefts[place] + row.size
    # The items of a list stand no further apart than their lines.
    is_item = min(before.x0, row.x0) > spacing.lefts[place] + row.size
    return (spacing.is_parted and not is_item) or is_full or not ends


def _paragraph(rows: Sequence[Row], size: float, known: Counter[str]) -> Block:
    text = ""
    turns = []
    for before, row in zip([None, *rows], rows, strict=False):
        if _HYPHENATED.search(text) and "a" <= row.text[0] <= "z":
            if not _keeps_hyphen(text, row.text, known):
                text = text[:-1]
        else:
            text += joint(text, row.text)
        if before is not None and before.page != row.page:
            turns.append((len(text), row.page))
        text += row.text
    is_larger = rows[0].size > size * _LARGER and len(text) <= 120
    bold: tuple[tuple[int, int], ...] = ((0, len(rows[0].text)),) if rows[0].is_bold else ()
    return Block(text, level=2 if is_larger else 0, bold=bold, page=rows[0].page, turns=tuple(turns))


def _keeps_hyphen(before: str, after: str, known: Counter[str]) -> bool:
    """Whether a hyphen at a line's end belongs to the word: "full-" and "year", but not "ware-" and "house"."""
    head, tail = re.findall(r"[A-Za-z-]+$", before[:-1])[0], re.findall(r"^[a-z]+", after)[0]
    if before[-1] != "-" or known[head + tail]:
        return False
    # Each stands at the end or beginning of its line here, and elsewhere too where it is a word.
    return known[f"{head}-{tail}"] > 0 or (known[head] > 1 and known[tail] > 1)
