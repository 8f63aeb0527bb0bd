"""What an extractor makes of a file that is not plain text: a readable transcript, and what the file says for sure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from rag.records import Mark


class Known(NamedTuple):
    """A speaker's label that the file itself declares: the code points of "Name:" in the text, and the name."""

    char_start: int
    char_end: int
    name: str


@dataclass(frozen=True, slots=True)
class Extracted:
    """A readable text, composed from a file, with what is known of it.

    Args:
        text: paragraphs parted by blank lines; headings in Markdown (``#``) if ``markdown``.
        format: what the file is: srt, vtt, json, html, pdf, docx or odt.
        marks: where the text stands in the file, in order.
        labels: the speakers' labels, in order, where the file declares them; then no other label is looked for.
        bold: runs of bold characters ``[start, end)`` at the beginnings of lines, in order.
        title, byline, date: what the file's metadata say; the text may say more.
    """

    text: str
    format: str
    encoding: str = ""
    marks: tuple[Mark, ...] = ()
    labels: tuple[Known, ...] = ()
    bold: tuple[tuple[int, int], ...] = ()
    markdown: bool = False
    title: str | None = None
    byline: str | None = None
    date: str | None = None


# Scripts that are written without spaces, and their punctuation.
_WIDE = re.compile(r"[⺀-〿぀-ヿㄅ-ㄯ㐀-鿿豈-﫿\uff00-\uffef]")
_CLOSED = re.compile(r"[\s(\[\uff08「『《“‘/]$")
_NO_SPACE_BEFORE = re.compile(r"[\s.,;:!?%)\]”’]")


def joint(before: str, after: str) -> str:
    """What stands between two pieces of a paragraph: a space, or nothing beside Chinese and at punctuation."""
    if not before or not after or _WIDE.match(before[-1]) or _WIDE.match(after[0]):
        return ""
    if _CLOSED.search(before) or _NO_SPACE_BEFORE.match(after):
        return ""
    return "" if before[-1] == "-" and before[-2:-1].isalpha() and after[0].islower() else " "
