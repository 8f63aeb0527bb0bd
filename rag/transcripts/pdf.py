"""A PDF with a text layer → its text in reading order, with pages.

pdfminer.six gives the lines with their places and type sizes; ``pdf_rows`` puts them in order and
``pdf_layout`` makes paragraphs of them.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from rag.errors import SourceError
from rag.transcripts import pdf_limits
from rag.transcripts.blocks import compose
from rag.transcripts.extracted import Extracted
from rag.transcripts.pdf_layout import blocks
from rag.transcripts.pdf_rows import Fragment

_DAMAGED = "open it in a PDF viewer and print it to a new PDF; if it does not open, get the file again"
# Fonts map common characters to look-alikes among the radicals; those without a decomposition, in both scripts.
_RADICALS = str.maketrans(
    "⺁⺇⺌⺠⺩⺼⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰",
    "厂几小民王月虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙",
)


def extract(data: bytes, path: Path) -> Extracted:
    """Reads the text layer of a PDF.

    Raises:
        SourceError: it has none (a scan), needs a password, or is damaged.
    """
    pages = list(_pages(data, path))
    if not any(fragments for fragments, _ in pages):
        raise SourceError(
            "this PDF has no text, only pictures of pages",
            hint="recognise its text first, for example: ocrmypdf -l chi_tra+eng IN.pdf OUT.pdf",
            path=path,
        )
    return compose(blocks(pages), "pdf")


def _is_gap(before: Any, part: Any, following: Any) -> bool:
    """Whether a blank is none: the space between two Han characters set apart, which pdfminer takes for one, or one on
    which the next character stands, a soft hyphen that does not show."""
    from pdfminer.layout import LTChar

    if part.get_text() != " " or not isinstance(following, LTChar):
        return False
    if isinstance(part, LTChar):
        return bool(following.x0 <= (part.x0 + part.x1) / 2)
    return isinstance(before, LTChar) and _is_wide(before.get_text()) and _is_wide(following.get_text())


def _is_wide(text: str) -> bool:
    return all(unicodedata.east_asian_width(char) in "WF" for char in text)


def _pages(data: bytes, path: Path) -> Iterator[tuple[list[Fragment], float]]:
    """Each page's fragments of lines, and its height in points."""
    from pdfminer.layout import LAParams
    from pdfminer.pdfdocument import PDFPasswordIncorrect, PDFTextExtractionNotAllowed

    # It speaks of every odd font on standard error.
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    try:
        # A narrow margin: the cells of a table's row stay apart. Order and paragraphs are found from the places.
        for page in pdf_limits.pages(data, LAParams(char_margin=1.2, boxes_flow=None, all_texts=True)):
            yield list(_fragments(page)), page.height
    except pdf_limits.TooLarge:
        raise SourceError(
            "this PDF unpacks to more than a transcript does", hint="save its text to a new document", path=path
        ) from None
    except PDFPasswordIncorrect:
        raise SourceError(
            "this PDF needs a password", hint="open it with the password and save it without one", path=path
        ) from None
    except PDFTextExtractionNotAllowed:
        raise SourceError("this PDF forbids taking its text", hint="ask who made it for the text", path=path) from None
    except Exception as error:  # a damaged file brings up any error in the parser
        raise SourceError(
            f"this is a PDF that is damaged or cut off ({type(error).__name__})", hint=_DAMAGED, path=path
        ) from None


def _fragments(element: Any) -> Iterator[Fragment]:
    from pdfminer.layout import LTChar, LTTextLineHorizontal

    for child in element:
        if isinstance(child, LTTextLineHorizontal):
            parts = list(child)
            characters = [char for char in parts if isinstance(char, LTChar)]
            neighbours = zip([None, *parts[:-1]], parts, [*parts[1:], None], strict=True)
            text = _plain(
                "".join(part.get_text() for before, part, after in neighbours if not _is_gap(before, part, after))
            )
            if text and characters:
                is_bold = all("bold" in char.fontname.lower() for char in characters if char.get_text().strip())
                size = median(char.size for char in characters)
                yield Fragment(text, child.x0, child.y0, child.x1, child.y1, size, is_bold)
        elif hasattr(child, "__iter__"):
            yield from _fragments(child)


def _plain(text: str) -> str:
    """The words as they are typed: radicals and ligatures that only fonts have become characters again."""
    plain = "".join(
        unicodedata.normalize("NFKC", char) if "⺀" <= char <= "⿕" or "ﬀ" <= char <= "ﬆ" else char
        for char in text.translate(_RADICALS)
    )
    plain = " ".join(plain.split())
    # A soft hyphen shows at the end of a line only.
    return re.sub("\u00ad$", "-", plain).replace("\u00ad", "")
