"""Quote ↔ source: cite a run of a document, check it, find a citation's passage again, give it as the JSON contract."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from rag.errors import SourceError, UsageError
from rag.exchanges import asked_before
from rag.passage_store import Document, Source
from rag.places import page, paragraph, places, times
from rag.records import Citation, Passage

#: Formats that have neither lines nor times nor pages that a reader could look up.
_WITH_PARAGRAPHS = frozenset({"docx", "odt", "html"})
_REFERENCE = re.compile(r"(?P<document>.+?):(?P<first>\d{1,9})(?:-(?P<last>\d{1,9}))?")


def cite(
    passage: Passage,
    document: Document,
    path: Path,
    *,
    start: int | None = None,
    end: int | None = None,
    highlight: tuple[int, int] | None = None,
    number: int | None = None,
) -> Citation:
    """The citation of a passage, or of a run of its document.

    Args:
        path: where the source lies now; whether it is still what was indexed is looked up.
        start, end: code points of the document; the whole passage when left out.

    Raises:
        ValueError: the run is not in the document: a quote is right to the character or is not made.
    """
    text, marks = document.transcript.text, document.transcript.marks
    start = passage.span.char_start if start is None else start
    end = passage.span.char_end if end is None else end
    if not 0 <= start < end <= len(text):
        raise ValueError(f"no run [{start}, {end}) in a document of {len(text)} characters")
    time_start, time_end = times(marks, start, end)
    asked = asked_before(document.transcript, passage)
    return Citation(
        document=document.name,
        path=shown(path),
        span=places(text, marks).span(start, end),
        quote=text[start:end],
        section=passage.section,
        speaker=passage.speaker,
        exchange=passage.exchange,
        is_question=passage.is_question,
        highlight=highlight,
        time_start=time_start,
        time_end=time_end,
        page=page(marks, start),
        paragraph=paragraph(text, start) if document.transcript.format in _WITH_PARAGRAPHS else None,
        stale=staleness(path, document.source),
        number=number,
        asked=text[asked.span.char_start : asked.span.char_end] if asked else None,
        asked_by=asked.speaker.name if asked else None,
    )


def shown(path: Path) -> str:
    """The path as a person would type it here: relative to the current folder when it lies below."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def staleness(path: Path, source: Source) -> str | None:
    """None while the source is what was indexed, else "changed" or "missing". Its text is never read for anything else.

    A link that has taken its place and leaves the folder is not followed: "changed".
    """
    try:
        below = len(Path(source.path).parts)
        # Without a link below the root nothing leads out of it.
        is_linked = any(map(os.path.islink, (path, *path.parents[: below - 1]))) if below else False
        if is_linked and not path.resolve().is_relative_to(path.parents[below - 1].resolve()):
            return "changed"
        if path.exists() and not path.is_file():
            return "changed"  # into a pipe, say, which would be waited for
        with path.open("rb") as file:
            return None if hashlib.file_digest(file, "sha256").hexdigest() == source.sha256 else "changed"
    except (OSError, RuntimeError):  # the latter: links that lead to themselves
        return "missing"


def parse_reference(reference: str) -> tuple[str, int, int]:
    """``document:line`` or ``document:first-last`` → (document, first, last).

    Raises:
        UsageError: it is neither.
    """
    match = _REFERENCE.fullmatch(reference.strip())
    if match is None or int(match["first"]) < 1 or int(match["last"] or match["first"]) < int(match["first"]):
        raise UsageError(
            f"{reference!r} is no citation", hint="give document:line, for example: rag show tencent-2025q2:82"
        )
    return match["document"], int(match["first"]), int(match["last"] or match["first"])


def as_json(citation: Citation) -> dict[str, Any]:
    """The contract's form of a citation; keys with nothing to say are left out."""
    speaker = citation.speaker
    fields: dict[str, Any] = {
        "document": citation.document,
        "path": citation.path,
        "line_start": citation.span.line_start,
        "line_end": citation.span.line_end,
        "char_start": citation.span.char_start,
        "char_end": citation.span.char_end,
        "speaker": speaker.name if speaker else None,
        "section": citation.section.value,
        "quote": citation.quote,
    }
    optional = {
        "role": speaker.role.value if speaker else None,
        "organisation": speaker.organisation if speaker else None,
        "title": speaker.title if speaker else None,
        "exchange": citation.exchange,
        "is_question": citation.is_question or None,
        "highlight": list(citation.highlight) if citation.highlight else None,
        "time_start": citation.time_start,
        "time_end": citation.time_end,
        "page": citation.page,
        "paragraph": citation.paragraph,
        "stale": citation.stale,
        "number": citation.number,
        "asked": citation.asked,
        "asked_by": citation.asked_by,
    }
    return fields | {key: value for key, value in optional.items() if value is not None}


def resolve(root: Path, relative: str) -> Path:
    """The path of a source below its root.

    Raises:
        SourceError: it would leave the root.
    """
    path = root / relative if relative else root
    if ".." in Path(relative).parts or Path(relative).is_absolute():
        raise SourceError("the index names a source outside its folder", path=relative, hint="run: rag build")
    return path
