"""The rows of a PDF without what stands at the head or foot of its pages: running titles, page numbers.

What a table has there stays: its headings, which stand on each page where it goes on, and its figures. A number is a
page's only if it says so, is the page's own, or counts up with the pages.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from rag.transcripts.pdf_rows import Fragment, Row

# The share of a page's height, at its head and foot, where running titles and page numbers stand.
_MARGIN = 0.12
# Rows of a table stand no further apart than so many type sizes.
_NEAR = 2.5
_PAGE_NUMBER = re.compile(
    r"(?:p(?:age|\.)\s*|第\s*)\d{1,4}(?:\s*頁|\s*页)?(?:\s*(?:/|of)\s*\d{1,4})?"
    r"|\d{1,4}\s*(?:(?:/|of)\s*\d{1,4}|頁|页)|[-–—]\s*\d{1,4}\s*[-–—]|第\s*\d{1,4}\s*[頁页][,\s/]*共\s*\d{1,4}\s*[頁页]",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,4}")
_FIGURE = re.compile(r"[^\w\s]*\d[\d.,]*[^\w\s]*|(?:19|20)\d\d年?")
_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")
# What browsers print at the head and foot: when, and from where.
_PRINTED = re.compile(
    r"(?:https?|file)://\S+|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},? (?:[上下]午\s?)?\d{1,2}:\d\d(?:\s?[AP]M)?", re.IGNORECASE
)


def without_running(rows: Sequence[Row], heights: Sequence[float]) -> list[Row]:
    """The rows without running titles and page numbers.

    Args:
        rows: those of all pages, in reading order.
        heights: each page's, in points.
    """

    def is_marginal(cell: Fragment, page: int) -> bool:
        height = heights[page - 1]
        return cell.y1 < _MARGIN * height or cell.y0 > (1 - _MARGIN) * height

    marginal = {(row.page, cell) for row in rows for cell in row.cells if is_marginal(cell, row.page)}
    seen = Counter(key for _, key in {(page, key) for page, cell in marginal for key in _keys(cell, page)})
    enough = max(2, len(heights) / 2)

    def is_running(row: Row, cell: Fragment) -> bool:
        if (row.page, cell) not in marginal:
            return False
        if _NUMBER.fullmatch(cell.text):
            counted = seen[_counted(cell.text, row.page)]
            # Beside other words it may be a figure of a table.
            return counted >= max(3, enough) or len(row.cells) == 1 and (counted > 1 or cell.text == str(row.page))
        # The page's title stands beside the time.
        is_printed = any(_PRINTED.fullmatch(other.text) for other in row.cells)
        repeats = any(seen[key] >= enough for key in _keys(cell, row.page))
        return repeats or is_printed or bool(_PAGE_NUMBER.fullmatch(cell.text))

    left = [replace(row, cells=tuple(cell for cell in row.cells if not is_running(row, cell))) for row in rows]
    tables = _of_tables(rows, left)
    return [
        row if number in tables or any(map(_is_figure, rest.cells)) else rest
        for number, (row, rest) in enumerate(zip(rows, left, strict=True))
        if rest.cells or number in tables
    ]


def _keys(cell: Fragment, page: int) -> Iterator[tuple[str, int]]:
    """What is the same of a running title on each page: its place, and its words, a number that counts up apart."""
    place = round(cell.y0 / 4)
    if _NUMBER.fullmatch(cell.text):
        yield _counted(cell.text, page)
        return
    yield cell.text, place
    numbers = list(re.finditer(r"\d{1,4}", cell.text))
    for number in {numbers[0], numbers[-1]} if numbers else ():
        offset, _ = _counted(number[0], page)
        yield f"{cell.text[: number.start()]}{offset}{cell.text[number.end() :]}", place


def _counted(number: str, page: int) -> tuple[str, int]:
    """The same for numbers that count up with the pages, wherever they stand."""
    return f"<{int(number) - page}>", 0


def _is_figure(cell: Fragment) -> bool:
    return bool(_FIGURE.fullmatch(cell.text)) and not _DATE.fullmatch(cell.text)


def _of_tables(rows: Sequence[Row], left: Sequence[Row]) -> set[int]:
    """The rows, by number, of more than one cell beside such a row that stays: they go with it, from the page's inside
    to its edges."""
    pages: defaultdict[int, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        pages[row.page].append(number)
    stay = {number for number, row in enumerate(left) if len(row.cells) > 1}
    for numbers in pages.values():
        numbers.sort(key=lambda number: rows[number].y0)
        for order in (numbers, numbers[::-1]):
            for before, number in pairwise(order):
                is_near = abs(rows[before].y0 - rows[number].y0) < _NEAR * rows[number].size
                if before in stay and is_near and len(rows[number].cells) > 1:
                    stay.add(number)
    return stay
