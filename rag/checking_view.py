"""The findings of a check as text for a terminal, and as JSON values. Returns strings; prints nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.checking import Finding, Verdict
from rag.citation import as_json
from rag.render import Style, safe

_SHOWN = 600


def findings(found: Sequence[Finding], style: Style) -> str:
    """Each quote with its verdict; where it does not hold, what was really said."""
    if not found:
        return "There is no quote in it."
    entries = [_entry(number, finding, style) for number, finding in enumerate(found, 1)]
    counted = [
        f"{sum(f.verdict is verdict for f in found)} {verdict}"
        for verdict in Verdict
        if any(f.verdict is verdict for f in found)
    ]
    return "\n\n".join([*entries, f"{len(found)} checked: {', '.join(counted)}"])


def as_report(findings: Sequence[Finding]) -> dict[str, Any]:
    """All findings as JSON values."""
    counts = {verdict.value: sum(f.verdict is verdict for f in findings) for verdict in Verdict}
    return {
        "holds": bool(findings) and all(f.holds for f in findings),
        "checked": len(findings),
        "counts": counts,
        "quotes": [_finding_json(f) for f in findings],
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    quote = finding.quote
    lines, span = quote.lines or (None, None), quote.span or (None, None)
    cited = {
        "document": quote.document,
        "line_start": lines[0],
        "line_end": lines[1],
        "char_start": span[0],
        "char_end": span[1],
        "speaker": quote.speaker,
    }
    return {
        "quote": quote.text,
        "verdict": finding.verdict.value,
        "note": finding.note,
        "cited": {key: value for key, value in cited.items() if value is not None},
        "citation": as_json(finding.citation) if finding.citation else None,
        "differences": [{"kind": d.kind.value, "quoted": d.quoted, "source": d.source} for d in finding.differences],
    }


def _entry(number: int, finding: Finding, style: Style) -> str:
    note = f" ({safe(finding.note)})" if finding.note else ""
    lines = [f"{number}. {style.bold(finding.verdict.value)}{note}"]
    if finding.citation is None:
        return "\n".join([*lines, f"   quoted  {_shown(finding.quote.text)}"])
    citation = finding.citation
    last = f"-{citation.span.line_end}" if citation.span.line_end != citation.span.line_start else ""
    speaker = f" · {citation.speaker.name.rstrip(':：')}" if citation.speaker else ""
    lines.append(f"   quoted  {_shown(finding.quote.text)}")
    if finding.verdict is not Verdict.EXACT:
        lines.append(f"   said    {_shown(citation.quote)}")
    lines.append(f"   {style.dim(safe(f'{citation.document}:{citation.span.line_start}{last}{speaker}'))}")
    for difference in finding.differences:
        quoted, source = (
            f"「{_shown(side)}」" if side else "nothing" for side in (difference.quoted, difference.source)
        )
        lines.append(f"   {difference.kind.value}: quoted {quoted}, said {source}")
    return "\n".join(lines)


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return safe(text if len(text) <= _SHOWN else text[:_SHOWN] + " …")
