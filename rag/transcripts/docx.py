"""A Word document (DOCX) → its headings, paragraphs, list items and tables, in order."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.transcripts.blocks import BULLET, SPANNED, Block, compose, table
from rag.transcripts.extracted import Extracted
from rag.transcripts.zipped import damaged, open_zip

_MOST_COLUMNS = 1000
_HEADING = re.compile(r"(?:heading|標題|标题)\s*([1-6])", re.IGNORECASE)


def extract(data: bytes, path: Path) -> Extracted:
    """Reads the body of a document; its headers, footers and comments are not what was said.

    Raises:
        SourceError: it is damaged, cut off or would unpack to far more than it should.
    """
    import docx

    with open_zip(data, path):
        pass
    try:
        return compose(list(_blocks(docx.Document(io.BytesIO(data)))), "docx")
    except Exception:  # a damaged document brings up any error in the parsers
        raise damaged(path) from None


def _blocks(container: Any) -> Iterator[Block]:
    was_item = False
    for item in container.iter_inner_content():
        if hasattr(item, "rows"):
            yield from table([_cells(row) for row in item.rows])
            was_item = False
        else:
            block = _paragraph(item, was_item)
            was_item = block.text.startswith(BULLET)
            yield block


def _cells(row: Any) -> list[str]:
    """The row's cells; one that reaches over columns stands in its first."""
    if sum(cell.grid_span for cell in row._tr.tc_lst) > _MOST_COLUMNS:
        raise ValueError("no table is so wide")
    cells = row.cells
    return [
        SPANNED if before is not None and cell._tc is before._tc else cell.text
        for before, cell in zip((None, *cells), cells, strict=False)
    ]


def _paragraph(paragraph: Any, follows_item: bool) -> Block:
    text = ""
    bold: list[tuple[int, int]] = []
    for run in _runs(paragraph):
        if run.bold and run.text.strip():
            start = bold.pop()[0] if bold and bold[-1][1] == len(text) else len(text)
            bold.append((start, len(text) + len(run.text)))
        text += run.text.replace("\t", " ")
    style = paragraph.style.name or "" if paragraph.style is not None else ""
    heading = _HEADING.match(style)
    if heading or style == "Title":
        return Block(" ".join(text.split()), level=int(heading[1]) if heading else 1)
    if style.startswith("List") or paragraph._p.pPr is not None and paragraph._p.pPr.numPr is not None:
        return Block(BULLET + text.strip().replace("\n", " "), tight=follows_item)
    return Block(text.rstrip(), bold=tuple(bold))


def _runs(paragraph: Any) -> Iterator[Any]:
    """The paragraph's runs, those of its links too."""
    for item in paragraph.iter_inner_content():
        yield from item.runs if hasattr(item, "runs") else (item,)
