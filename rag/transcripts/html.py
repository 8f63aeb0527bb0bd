"""A saved web page → its article: no navigation, scripts or related links; headings, lists and tables kept.

trafilatura finds the article and its title, byline and date; nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.errors import SourceError
from rag.transcripts.blocks import BULLET, SPANNED, Block, compose, table
from rag.transcripts.extracted import Extracted, joint

# No table is so wide, and no page has so many cells that reach over others; one that says so is broken.
_MOST_COLUMNS = 40
_MOST_ADDED = 2000
# Stands alone where a page had one; in bold or as a heading it is the business of that name.
_ADVERTISEMENT = re.compile(r"[^\w]*(?:advertisements?|廣告|广告)[^\w]*", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s+[-–—|·]\s+|\s*[_|｜]\s*")
# A headline stands behind so many paragraphs at most: a notice, a summary.
_OPENING = 3
_HINT = "save the page again once the whole article shows, or copy its text to a .txt file"


def extract(text: str, encoding: str, path: Path) -> Extracted:
    """Reads the article of a page.

    Raises:
        SourceError: there is no article in it.
    """
    article = _article(text, path)
    blocks = list(_blocks(article.body))
    if not blocks:
        raise SourceError("there is no article in this page", hint=_HINT, path=path)
    headings = [block.text for block in blocks if block.level]
    title = _headline(" ".join((article.title or "").split()), article.sitename, headings) or None
    # A page's own byline is seldom part of its article.
    credits = (" ".join(part.split()) for part in (article.sitename, article.author, article.date) if part)
    byline = " · ".join(dict.fromkeys(credits)) or None
    opening = [blocks.pop(0)] if blocks[0].level else []
    if opening and _SEPARATOR.search(title or ""):
        # Parts of the site are still in it.
        title = opening[0].text
    if title and not opening and title not in headings:
        opening = [Block(title, level=1)]
    if byline:
        opening.append(Block(byline))
    composed = compose([*opening, *blocks], "html", encoding)
    return replace(composed, title=title, byline=byline, date=article.date)


def _headline(title: str, publisher: str | None, headings: list[str]) -> str:
    """A page's title without the publisher, which stands at its end: by its name, after a headline that the page has
    as a heading, or by a separator of its own, as in "Company - Headline | Publisher"."""
    parts = list(_SEPARATOR.finditer(title))
    for part in parts:
        before, after = title[: part.start()], title[part.end() :]
        if before and (before in headings or after.casefold() == (publisher or "").casefold()):
            return before
    kinds = [part[0].strip() for part in parts]
    return title[: parts[-1].start()] if kinds[-1:] in (["|"], ["｜"]) and set(kinds[:-1]) & set("-–—") else title


def _article(text: str, path: Path) -> Any:
    """trafilatura's document: ``body`` is its XML, where ``head``, ``p``, ``hi``, ``list``, ``table`` and ``quote`` stand."""
    import trafilatura
    from trafilatura.settings import Document

    try:
        tree = trafilatura.load_html(text)
        _set(tree)
        _spread(tree)
        options: dict[str, Any] = {
            "include_comments": False,
            "include_formatting": True,
            "with_metadata": True,
            # Only what the page declares: a date guessed from its words is as often one that the call speaks of.
            "date_extraction_params": {"extensive_search": False, "original_date": True},
        }
        found = trafilatura.bare_extraction(deepcopy(tree), **options)
        if isinstance(found, Document) and found.body is not None and found.body.find(".//head") is None:
            # Where nothing marks the article, its paragraphs alone are found. What looks further may find links too.
            further = trafilatura.bare_extraction(tree, favor_recall=True, **options)
            words = "".join("".join(found.body.itertext()).split())
            if isinstance(further, Document) and further.body is not None and _keep(further.body, words) >= len(words):
                found = further
    except Exception as error:  # whatever a broken page brings up in the parsers below
        raise SourceError(f"this page cannot be read ({type(error).__name__})", hint=_HINT, path=path) from None
    if not isinstance(found, Document) or found.body is None:
        raise SourceError("there is no article in this page", hint=_HINT, path=path)
    return found


def _keep(body: Any, words: str) -> int:
    """Leaves of a body what these words have too, with the headings above it; gives how many characters that are."""
    kept = 0
    is_kept = False
    pieces = list(body.iter("head", "p", "list", "table", "quote", "code"))
    inner = {piece for whole in pieces if whole.tag != "head" for piece in whole.iterdescendants()}
    for piece in reversed([piece for piece in pieces if piece not in inner]):
        said = "".join("".join(piece.itertext()).split())
        if piece.tag != "head":
            is_kept = said in words
            kept += len(said) * is_kept
        if not is_kept:
            piece.getparent().remove(piece)
    return kept


def _set(tree: Any) -> None:
    """Makes paragraphs and lines of text that was typed with its own, and a part's heading of one that stands within."""
    paragraphs_before = 0
    for element in [] if tree is None else tree.iter("p", "h1"):
        if element.tag == "h1" and paragraphs_before >= _OPENING:
            # Else it would be taken for the title.
            element.tag = "h2"
        paragraphs_before += element.tag == "p"
    for element in [] if tree is None else list(tree.iter("pre")):
        paragraphs = re.split(r"\n\s*\n", "".join(element.itertext()).strip())
        tail = element.tail
        element.clear()
        element.tag, element.tail = "div", tail
        for words in paragraphs:
            first, *lines = words.split("\n")
            paragraph = element.makeelement("p")
            paragraph.text = first
            for line in lines:
                broken = element.makeelement("br")
                broken.tail = line
                paragraph.append(broken)
            element.append(paragraph)


def _spread(tree: Any) -> None:
    """Gives each cell of a table that reaches over columns or rows as many cells, which the extraction would not."""
    added = 0
    for element in [] if tree is None else tree.iter("table"):
        below: dict[int, tuple[int, str]] = {}
        for row in element.xpath("./tr|./thead/tr|./tbody/tr|./tfoot/tr"):
            column = 0
            for cell in row.xpath("./td|./th"):
                while column in below:
                    cell.addprevious(_cell(cell, below[column][1]))
                    column, added = column + 1, added + 1
                wide, deep = (_number(cell.attrib.pop(name, "1")) for name in ("colspan", "rowspan"))
                if added > _MOST_ADDED:
                    wide, deep, below = 1, 1, {}
                for place in range(wide):
                    if place:
                        cell.addnext(_cell(cell, SPANNED))
                    if deep > 1:
                        below[column + place] = deep, SPANNED if place else " ".join(cell.text_content().split())
                column, added = column + wide, added + wide - 1
            below = {place: (rows - 1, words) for place, (rows, words) in below.items() if rows > 1}


def _cell(like: Any, words: str) -> Any:
    cell = like.makeelement(like.tag)
    cell.text = words
    return cell


def _number(span: str) -> int:
    return min(int(span), _MOST_COLUMNS) if re.fullmatch(r"[1-9]\d{0,3}", span.strip()) else 1


def _blocks(element: Any) -> Iterator[Block]:
    """The blocks below an element, in order."""
    for child in element:
        if child.tag == "head":
            yield Block(_Words(child).text.replace("\n", " "), level=_level(child.get("rend", "")))
        elif child.tag == "table":
            has_header = True if child.find("row/cell[@role='head']") is not None else None
            yield from table(list(_rows(child)), has_header)
        elif child.tag == "list":
            yield from _items(child)
        elif child.tag == "p" or (child.tag in ("quote", "code") and (child.text or "").strip()):
            words = _Words(child)
            if not words.bold:
                words.text = "\n".join(line for line in words.text.split("\n") if not _ADVERTISEMENT.fullmatch(line))
            yield Block(words.text, bold=tuple(words.bold))
        else:
            yield from _blocks(child)


def _items(element: Any) -> Iterator[Block]:
    """A list's items; terms and what is said of them are paragraphs, for such lists have speakers and their words."""
    is_item = False
    for item in element.iter("item"):
        words = _Words(item).text.replace("\n", " ")
        if words and item.get("rend", "").startswith(("dt", "dd")):
            yield Block(words)
        elif words:
            yield Block(BULLET + words, tight=is_item)
            is_item = True


def _rows(element: Any) -> Iterator[list[str]]:
    """A table's rows. A table within a cell belongs to the cell's words; a broken page has rows within rows."""
    cells = [_Words(child).text for child in element if child.tag == "cell"]
    if cells:
        yield cells
    for child in element:
        if child.tag != "cell":
            yield from _rows(child)


class _Words:
    """An element's words: ``text``, and the bold runs of it. Line breaks are kept, other white space is one blank."""

    def __init__(self, element: Any):
        self.text = ""
        self.bold: list[tuple[int, int]] = []
        self._walk(element, is_bold=False)
        self.text = self.text.rstrip()

    def _walk(self, element: Any, *, is_bold: bool) -> None:
        is_bold = is_bold or element.get("rend") == "#b"
        self._add(element.text, is_bold)
        for child in element:
            # A nested item is a block of its own.
            if child.tag == "lb" or child.tag == "p" and self.text:
                self.text = self.text.rstrip(" \n") + "\n"
            if child.tag not in ("lb", "list"):
                self._walk(child, is_bold=is_bold)
            self._add(child.tail, is_bold)

    def _add(self, words: str | None, is_bold: bool) -> None:
        piece = re.sub(r"\s+", " ", words or "")
        # The extraction loses the blank between a bold name and what is said.
        if self.text.endswith(":") and is_bold < bool(self.bold) and not piece.startswith(" "):
            piece = joint(self.text, piece) + piece
        if not self.text or self.text[-1] in " \n":
            piece = piece.lstrip()
        start = len(self.text) + len(piece) - len(piece.lstrip())
        self.text += piece
        if not is_bold or not piece.strip():
            return
        if self.bold and not self.text[self.bold[-1][1] : start].strip(" "):
            start = self.bold.pop()[0]
        self.bold.append((start, len(self.text)))


def _level(rend: str) -> int:
    return int(rend[1:]) if re.fullmatch(r"h[1-6]", rend) else 2
