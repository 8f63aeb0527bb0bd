"""What was understood of a transcript, as JSON values and as text: ``rag transcript``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from rag.citation import shown
from rag.places import page, times
from rag.records import Span, Speaker, Transcript, Turn
from rag.render import clock

_SHOWN = 48


def as_json(transcript: Transcript, path: Path) -> dict[str, Any]:
    """All of it: the format and encoding, title, byline and date, sections, speakers, turns, exchanges and counts."""
    speakers = Counter(turn.speaker for turn in transcript.turns)
    exchanges: dict[int, list[int]] = {}
    for number, turn in enumerate(transcript.turns):
        if turn.exchange is not None:
            exchanges.setdefault(turn.exchange, []).append(number)
    return {
        "path": shown(path),
        "format": transcript.format,
        "encoding": transcript.encoding or None,
        "title": transcript.title,
        "byline": transcript.byline,
        "date": transcript.date,
        "counts": {
            "characters": len(transcript.text),
            "sections": len(transcript.sections),
            "speakers": len(speakers),
            "turns": len(transcript.turns),
            "exchanges": len(exchanges),
        },
        "seconds": max((mark.time_end for mark in transcript.marks if mark.time_end is not None), default=None),
        "pages": max((mark.page for mark in transcript.marks if mark.page is not None), default=None),
        "sections": [
            {"kind": section.kind.value, "title": section.title} | _place(transcript, section.span)
            for section in transcript.sections
        ],
        "speakers": [_speaker(speaker) | {"turns": count} for speaker, count in speakers.items()],
        "turns": [_turn(transcript, turn) for turn in transcript.turns],
        "exchanges": [
            {
                "number": number,
                "questions": [turn for turn in turns if transcript.turns[turn].is_question],
                "answers": [turn for turn in turns if not transcript.turns[turn].is_question],
            }
            for number, turns in exchanges.items()
        ],
    }


def describe(overview: dict[str, Any]) -> str:
    """What ``as_json`` gave, as text."""
    counts = overview["counts"]
    facts = [overview["format"], overview["encoding"], f"{counts['characters']:,} characters"]
    if overview["seconds"] is not None:
        facts.append(clock(overview["seconds"]))
    if overview["pages"] is not None:
        facts.append(f"{overview['pages']} pages")
    lines = [f"{overview['path']}: {', '.join(filter(None, facts))}"]
    named = ((name, " ".join((overview[name] or "").split())) for name in ("title", "byline", "date"))
    lines += [f"{name:8} {value}" for name, value in named if value]
    lines += ["", f"{counts['sections']} sections"]
    lines += [f"  {_lines(s):17} {s['kind']:11} {s['title'] or ''}".rstrip() for s in overview["sections"]]
    lines += ["", f"{counts['speakers']} speakers, {counts['turns']} turns, {counts['exchanges']} exchanges"]
    for speaker in overview["speakers"]:
        described = ", ".join(filter(None, (speaker["title"], speaker["organisation"], speaker["role"])))
        lines.append(f"  {speaker['turns']:>4} × {speaker['name']} ({described})")
    turns = overview["turns"]
    for exchange in overview["exchanges"]:
        lines += ["", f"exchange {exchange['number']}"]
        for number in sorted(exchange["questions"] + exchange["answers"]):
            turn = turns[number]
            mark = "?" if turn["is_question"] else "="
            lines.append(f"  {_lines(turn):17} {mark} {turn['speaker']}: {turn['begins']}")
    return "\n".join(lines)


def _turn(transcript: Transcript, turn: Turn) -> dict[str, Any]:
    said = " ".join(transcript.text[turn.span.char_start : turn.span.char_end].split())
    return {
        "speaker": turn.speaker.name,
        "section": transcript.sections[turn.section].kind.value,
        "exchange": turn.exchange,
        "is_question": turn.is_question,
        "characters": turn.span.char_end - turn.span.char_start,
        "begins": said if len(said) <= _SHOWN else said[:_SHOWN].rstrip() + " …",
    } | _place(transcript, turn.span)


def _speaker(speaker: Speaker) -> dict[str, Any]:
    return {
        "name": speaker.name,
        "role": speaker.role.value,
        "organisation": speaker.organisation,
        "title": speaker.title,
    }


def _place(transcript: Transcript, span: Span) -> dict[str, Any]:
    begins, ends = times(transcript.marks, span.char_start, span.char_end)
    place = {"time_start": begins, "time_end": ends, "page": page(transcript.marks, span.char_start)}
    return {
        "line_start": span.line_start,
        "line_end": span.line_end,
        "char_start": span.char_start,
        "char_end": span.char_end,
    } | {key: value for key, value in place.items() if value is not None}


def _lines(entry: dict[str, Any]) -> str:
    first, last = entry["line_start"], entry["line_end"]
    lines = f"{first}" if first == last else f"{first}-{last}"
    if "page" in entry:
        return f"{lines} p. {entry['page']}"
    return lines if "time_start" not in entry else f"{lines} {clock(entry['time_start'])}"
