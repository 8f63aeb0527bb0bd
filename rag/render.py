"""Answers, hits and the index's state as text for a terminal and as Markdown. Returns strings; prints nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rag.records import Answer, Citation, Role, ShownLine

_ROLES = {Role.MANAGEMENT: "management", Role.ANALYST: "analyst", Role.OPERATOR: "operator"}
#: Below this confidence an answer says that it is unsure: it is as likely wrong as right.
_UNSURE = 0.5
#: An answer up to so many columns is shown with what was asked, and so many code points of that.
_SHORT, _ASKED = 48, 100
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$-])")


def safe(text: str) -> str:
    """Text that cannot steer a terminal: control and direction characters become visible replacements; tabs and line ends stay."""
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs") else "\ufffd"
        for c in text.replace("\r\n", "\n").replace("\r", "\n")
    )


class Style:
    """Emphasis for a terminal, or none."""

    def __init__(self, colour: bool):
        self._colour = colour

    def bold(self, text: str) -> str:
        return f"\x1b[1;33m{text}\x1b[0m" if self._colour else text

    def dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self._colour else text


def answer(found: Answer, style: Style) -> str:
    """An answer with its citations, or what came nearest to one."""
    if not found.answered:
        lines = [f"The transcripts do not say. (confidence {found.confidence:.2f})"]
        if found.nearest:
            lines += ["", "Nearest passages, none of them sure to answer it:"]
            lines += [_entry(citation, style, "-", shorten=120) for citation in found.nearest]
        return "\n".join(lines)
    entries = [_entry(citation, style, f"[{citation.number}]") for citation in found.citations]
    if found.disagreement:
        entries.append(f"! {_differ(found.disagreement, '[1]', '[2]')}")
    if found.confidence < _UNSURE:
        entries.append(f"? Not sure that this answers it. (confidence {found.confidence:.2f})")
    return "\n\n".join(entries)


def under_question(found: Answer, style: Style) -> str:
    """An answer below its question, where there are several."""
    asked = style.bold(f"? {safe(found.question)}")
    return f"{asked}\n\n{answer(found, style)}\n"


def hits(found: Sequence[tuple[float, Citation]], style: Style) -> str:
    """Ranked passages."""
    return "\n\n".join(
        _entry(citation, style, f"{rank}.", shorten=400, note=f"score {score:.3f}")
        for rank, (score, citation) in enumerate(found, 1)
    )


def context(citation: Citation, lines: Sequence[ShownLine], style: Style) -> str:
    """Cited lines, marked, among those around them, each with its time or page where the source has them."""
    width = len(str(lines[-1].number)) if lines else 1
    shown = []
    for line in lines:
        where = "".join(f"{part}  " for part in _where(line.time_start, line.page))
        text = safe(line.text).replace("\n", " ")
        words = where + text if line.is_cited else style.dim(where + text)
        shown.append(f"{'>' if line.is_cited else ' '} {line.number:>{width}}  {words}")
    return "\n".join([style.dim(_place(citation)), *shown])


def markdown(found: Answer, file_hashes: dict[str, str]) -> str:
    """An answer with footnotes for pasting into a note.

    Args:
        file_hashes: document name → SHA-256 of the source as indexed.
    """
    if not found.answered:
        return f"**{_escape(found.question)}**\n\nThe transcripts do not say.\n"
    body = " ".join(f"「{_escape(' '.join(c.quote.split()))}」[^{c.number}]" for c in found.citations)
    if found.disagreement:
        body += f"\n\n{_escape(_differ(found.disagreement, '', ''))}"
    notes = [
        f"[^{c.number}]: {_escape(_place(c))} (SHA-256 {file_hashes[c.document][:16]}){_stale(c)}"
        for c in found.citations
    ]
    return f"**{_escape(found.question)}**\n\n{body}\n\n" + "\n".join(notes) + "\n"


def _differ(figures: tuple[str, str], first: str, second: str) -> str:
    return safe(f"The sources differ: {figures[0]} {first}, {figures[1]} {second}".replace(" ,", ",").strip())


def _entry(citation: Citation, style: Style, mark: str, shorten: int | None = None, note: str = "") -> str:
    indent = " " * (len(mark) + 1)
    quote = citation.quote
    if citation.highlight and shorten is None:
        start, end = (offset - citation.span.char_start for offset in citation.highlight)
        quote = safe(quote[:start]) + style.bold(safe(quote[start:end])) + safe(quote[end:])
    else:
        quote = safe(quote if shorten is None or len(quote) <= shorten else quote[:shorten].rstrip() + " …")
    quote = quote.replace("\n", f"\n{indent}")
    asked = (
        "  (an analyst's question, not a statement of management)"
        if citation.is_question and citation.speaker and citation.speaker.role is Role.ANALYST
        else ""
    )
    stale = f"\n{indent}!{_stale(citation)}" if citation.stale else ""
    tail = f"{note}  " if note else ""
    answers = f"\n{indent}{style.dim(_answers(citation))}" if shorten is None and _needs_question(citation) else ""
    return f"{mark} {quote}\n{indent}{style.dim(tail + _place(citation))}{asked}{answers}{stale}"


def _needs_question(citation: Citation) -> bool:
    """Whether a quote is so short an answer that it may say nothing without the question: "Not yet."."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in citation.quote)
    return citation.asked is not None and len(citation.quote) + wide <= _SHORT


def _answers(citation: Citation) -> str:
    """What a quote answers: the end of it, which has the question."""
    words = " ".join((citation.asked or "").split())
    words = words if len(words) <= _ASKED else f"… {words[-_ASKED:].lstrip()}"
    return safe(f"asked by {(citation.asked_by or '').rstrip(':：')}: {words}")


def _stale(citation: Citation) -> str:
    if not citation.stale:
        return ""
    what = "changed" if citation.stale == "changed" else "vanished"
    return f" the source has {what} since it was indexed: run rag build"


def _place(citation: Citation) -> str:
    last = f"-{citation.span.line_end}" if citation.span.line_end != citation.span.line_start else ""
    parts = [f"{citation.document}:{citation.span.line_start}{last}"]
    parts += _where(citation.time_start, citation.page)
    if citation.paragraph is not None:
        parts.append(f"¶ {citation.paragraph}")
    if citation.speaker is not None:
        role = _ROLES.get(citation.speaker.role)
        described = ", ".join(filter(None, (citation.speaker.title, citation.speaker.organisation, role)))
        name = citation.speaker.name.rstrip(":：")
        parts.append(f"{name} ({described})" if described else name)
    parts.append(citation.section.value)
    return " ".join(safe(" · ".join(parts)).split("\n"))


def _where(time_start: float | None, page: int | None) -> list[str]:
    return ([clock(time_start)] if time_start is not None else []) + ([f"p. {page}"] if page is not None else [])


def clock(seconds: float) -> str:
    """Seconds as 00:12:07."""
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def _escape(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(safe(text).split()))
