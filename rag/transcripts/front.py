"""What stands before the call itself: headline, byline, date.

- A headline is the first Markdown heading or, in plain text, up to three short lines that end no sentence, a paragraph of
  their own or before a line of the byline, if a byline follows or the document has speakers.
- A byline is the paragraphs after the headline, up to the last one with a line that is a date or names the author or
  source, or that is a block quote or wholly italic; the short paragraphs between them belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import NamedTuple

from rag.lines import Line

_MAX_HEADLINE = 200
# Lines of a headline: the company, the event, what the text is.
_HEADLINES = 3
_MAX_BYLINE = 80
_MAX_UNMARKED = 40
# Paragraphs after the headline in which the byline is looked for.
_REACH = 6
# A paragraph of more lines is no byline.
_MAX_LINES = 12

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DATES = (
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)\s?[-./年]\s?(?P<m>\d{1,2})\s?[-./月]\s?(?P<d>\d{1,2})(?!\d)\s?日?"),
    re.compile(rf"\b{_MONTH} (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>(?:19|20)\d\d)\b", re.IGNORECASE),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ -]{_MONTH},?[ -](?P<y>(?:19|20)\d\d)\b", re.IGNORECASE),
)
_CREDIT = re.compile(
    r"[*_]{0,2}(?:(?:作者|來源|来源|編輯|编辑|記者|记者|撰文|文|發佈|发布|日期)\s*[:/|丨\uff1a\uff5c]"
    r"|By [A-Z]|(?:Source|Author|Editor|Date|Published|Updated)\s*:|Published )"
)
_ENDS_SENTENCE = re.compile(r"[.。!?;:,…\uff01\uff1f\uff1b\uff1a\uff0c][”」』\")\uff09*_]*$")
_ITALIC = re.compile(r"(\*(?![*\s]).*[^*]\*|_(?![_\s]).*[^_]_)$")


class Front(NamedTuple):
    """Where the front matter's parts end, as line numbers from 0: headline before ``byline``, byline before ``rest``.

    Both are 0 if there is no such part. ``title``, ``byline_text`` and ``date`` (ISO) are None if not found.
    """

    byline: int
    rest: int
    title: str | None
    byline_text: str | None
    date: str | None


def read_front(text: str, lines: list[Line], end: int, *, title: str | None, has_speakers: bool) -> Front:
    """Reads lines 0 to ``end``, exclusive.

    Args:
        title: the Markdown title, where the first line that is not blank is one.
        has_speakers: whether the document names speakers.
    """
    paragraphs = _paragraphs(text, lines, end)
    first = next(paragraphs, None)
    if first is None:
        return Front(0, 0, title, None, None)
    start, stop = first
    pending = list(islice(paragraphs, _REACH))
    if title is not None:
        headline_end = start + 1
        if stop > headline_end:
            pending.insert(0, (headline_end, stop))
    else:
        headline_end = _headline_end(text, lines, start, stop)
        if not headline_end:
            pending.insert(0, first)
        elif stop > headline_end:
            pending.insert(0, (headline_end, stop))
    byline_end = _byline_end(text, lines, pending)
    has_headline = title is not None or bool(headline_end and (has_speakers or byline_end))
    if not has_headline and not has_speakers:
        return Front(0, 0, None, None, None)
    headline = ""
    if has_headline:
        headline = " ".join(_line(text, lines, number) for number in range(start, headline_end))
        title = title or headline
    else:
        headline_end = 0
    byline_text = None
    if byline_end:
        byline_text = text[lines[headline_end].start : lines[byline_end - 1].end].strip() or None
    found = find_date(byline_text or "") or find_date(headline)
    return Front(headline_end, max(byline_end, headline_end), title, byline_text, found)


def find_date(text: str) -> str | None:
    """The first date with day, month and year in the text, as ISO ``YYYY-MM-DD``."""
    hits = sorted((match for pattern in _DATES for match in pattern.finditer(text)), key=lambda match: match.start())
    for match in hits:
        groups = match.groupdict()
        month = _MONTHS.index(groups["month"][:3].lower()) + 1 if "month" in groups else int(groups["m"])
        try:
            return date(int(groups["y"]), month, int(groups["d"])).isoformat()
        except ValueError:
            continue
    return None


def _headline_end(text: str, lines: list[Line], start: int, stop: int) -> int:
    """The line after the headline that the paragraph ``[start, stop)`` begins with, or 0."""
    for number in range(start, min(start + _HEADLINES, stop)):
        line = _line(text, lines, number)
        if _is_marked(line):
            return number if number > start else 0
        if len(line) > (_MAX_HEADLINE if number == start else _MAX_BYLINE) or _ENDS_SENTENCE.search(line):
            return 0
    end = start + _HEADLINES
    return min(end, stop) if stop <= end or _is_marked(_line(text, lines, end)) else 0


def _byline_end(text: str, lines: list[Line], paragraphs: list[tuple[int, int]]) -> int:
    """The line after the last paragraph of the byline, or 0."""
    end = 0
    for start, stop in paragraphs:
        if stop - start > _MAX_LINES:
            break
        run = [_line(text, lines, number) for number in range(start, stop)]
        is_note = all(line.startswith(">") or _ITALIC.match(line) for line in run)
        if is_note or (any(map(_is_marked, run)) and all(len(line) <= _MAX_BYLINE for line in run)):
            end = stop
        elif any(len(line) > _MAX_UNMARKED or _ENDS_SENTENCE.search(line) for line in run):
            break
    return end


def _is_marked(line: str) -> bool:
    """Whether the line is little more than a date, or credits an author or source."""
    if len(line) > _MAX_BYLINE or re.search(r"[。!?\uff01\uff1f]$|[a-z]\.$", line):
        return False
    if _CREDIT.match(line):
        return True
    return any(
        len(line) - len(match[0]) <= _MAX_UNMARKED for match in (pattern.search(line) for pattern in _DATES) if match
    )


def _paragraphs(text: str, lines: list[Line], end: int) -> Iterator[tuple[int, int]]:
    """Runs of lines that are not blank, as half-open line ranges."""
    start = None
    for number in range(end):
        blank = not text[lines[number].start : lines[number].end].strip()
        if blank and start is not None:
            yield start, number
            start = None
        elif not blank and start is None:
            start = number
    if start is not None:
        yield start, end


def _line(text: str, lines: list[Line], number: int) -> str:
    return text[lines[number].start : lines[number].end].strip()
