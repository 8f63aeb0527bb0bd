"""Answers, hits and a place in its context as what ``--json`` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.citation import as_json
from rag.records import Answer, Citation, Hit, ShownLine


def answer(found: Answer, question: str) -> dict[str, Any]:
    """An answer to a question as it was put; where there is none, what came nearest."""
    fields: dict[str, Any] = {
        "question": question,
        "answered": found.answered,
        "confidence": found.confidence,
        "answer": found.text,
        "citations": [as_json(cited) for cited in found.citations],
    }
    if found.disagreement:
        fields["disagreement"] = list(found.disagreement)
    if not found.answered:
        fields["nearest"] = [as_json(cited) for cited in found.nearest]
    return fields


def hits(query: str, found: Sequence[tuple[Hit, Citation]]) -> dict[str, Any]:
    """Ranked passages, best first."""
    entries = [
        {"rank": rank, "score": round(hit.score, 6), "text": hit.passage.text, "citation": as_json(cited)}
        for rank, (hit, cited) in enumerate(found, 1)
    ]
    return {"query": query, "hits": entries}


def context(cited: Citation, lines: Sequence[ShownLine]) -> dict[str, Any]:
    """A cited place and the lines around it, each with its time or page where the source has them."""
    return {"citation": as_json(cited), "context": [_line(line) for line in lines]}


def _line(line: ShownLine) -> dict[str, Any]:
    fields: dict[str, Any] = {"line": line.number, "text": line.text}
    if line.time_start is not None:
        fields["time_start"] = line.time_start
    if line.page is not None:
        fields["page"] = line.page
    return fields
