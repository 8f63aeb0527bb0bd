"""Quotes to be checked, read from an answer's JSON or from somebody's text."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import SourceError

#: Larger inputs, and more quotes, are refused.
LARGEST = 20_000_000
MOST = 20_000
_MARKS = {"「": "」", "『": "』", "“": "”", "｢": "｣"}
_REFERENCE = (
    r"(?P<document>[^\[\]()（）【】\r\n\"「」“”]{1,300}?):(?P<first>[0-9]{1,9})(?:\s?[-–]\s?(?P<last>[0-9]{1,9}))?"
)
_CITED = re.compile(
    rf"[\s。.,，;；:：]{{0,4}}(?:\([^()\r\n\[\]:]{{1,80}}\)\s?)?[\[(（【]\s*{_REFERENCE}(?:\s*[·,;，；][^\])）】\r\n]{{0,300}})?\s*[\])）】]"
)
_BARE = re.compile(rf"(?:^|[\s—–(\[,，])(?P<ref>{_REFERENCE.replace('[^', '[^ ,，—', 1)})(?![0-9])")
_MARK = re.compile(r"[\s。.,，;；:：]{0,4}(?:\([^()\r\n\[\]:]{1,80}\)\s?)?\[(?P<note>\^?[^\[\]\s:]{1,20})\]")
_NOTE = re.compile(
    rf"^[ ]{{0,3}}\[(?P<note>\^?[^\[\]\s:]{{1,20}})\]:?[ \t]+(?:「[^」\r\n]*」\s*)?{_REFERENCE}(?![0-9])", re.MULTILINE
)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>()#+!|~-])")
_BLOCK = re.compile(r"(?:^[ ]{0,3}>[^\n]*(?:\n|\Z))+", re.MULTILINE)
_FENCE = re.compile(r"^[ ]{0,3}(```|~~~)[^\n]*\n.*?(?:^[ ]{0,3}\1[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_ATTRIBUTION = re.compile(r"\n[ \t]*(?:—|–|―|--)[^\n]*\Z")
_STRAIGHT = re.compile(
    r'"(?P<words>[^"＂\r\n]*(?:\r?\n(?![ \t]*\r?\n)[^"＂\r\n]*)*)["＂]|＂(?P<wide>[^"＂\r\n]*(?:\r?\n(?![ \t]*\r?\n)[^"＂\r\n]*)*)["＂]'
)


@dataclass(frozen=True, slots=True)
class Quote:
    """What is claimed to have been said, and where and by whom, as far as that is claimed."""

    text: str
    document: str | None = None
    lines: tuple[int, int] | None = None
    span: tuple[int, int] | None = None
    speaker: str | None = None


def load(path: Path, *, is_text: bool) -> list[Quote]:
    """The quotes of a file, or of standard input for ``-``.

    Raises:
        SourceError: it cannot be read, or as for `read`.
    """
    try:
        if str(path) == "-":
            return read(None, sys.stdin.buffer.read(LARGEST + 1), is_text=is_text)
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise SourceError(f"the file cannot be read: {reason}", path=path, hint="check the path") from None
    return read(path, data, is_text=is_text)


def read(path: Path | None, data: bytes, *, is_text: bool) -> list[Quote]:
    """The quotes of a file's bytes: an answer's JSON (or several, or a list of them), or any text.

    Raises:
        SourceError: it is too large, not text, or JSON that holds no citations in the contract's form.
    """
    if len(data) > LARGEST:
        raise SourceError(f"more than {LARGEST // 1_000_000} MB", path=path, hint="check it in parts")
    quotes = from_text(_decoded(path, data)) if is_text else from_json(path, data)
    if len(quotes) > MOST:
        raise SourceError(f"more than {MOST} quotes", path=path, hint="check it in parts")
    return quotes


def _decoded(path: Path | None, data: bytes) -> str:
    from rag.transcripts.decode import decode

    return decode(data, path=path)[0]


def from_json(path: Path | None, data: bytes) -> list[Quote]:
    """The citations of answers, and what their text puts in quotation marks besides.

    Raises:
        SourceError: it is not such JSON; it says where.
    """
    hint = "give what rag ask --json prints, or a text with --text"
    try:
        text = data.decode("utf-8-sig").strip()
        decoder = json.JSONDecoder()
        values: list[Any] = []
        at = 0
        while at < len(text):
            value, at = decoder.raw_decode(text, at)
            values.extend(value if isinstance(value, list) else [value])
            while at < len(text) and text[at].isspace():
                at += 1
    except (ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if isinstance(error, ValueError) else "nested too deeply"
        raise SourceError(f"this is not JSON ({reason[:120]})", path=path, hint=hint) from None
    if not values:
        raise SourceError("there is no answer in it", path=path, hint=hint)
    found: list[Quote] = []
    for number, value in enumerate(values, 1):
        if not isinstance(value, dict) or not isinstance(value.get("citations"), list):
            raise SourceError(f"answer {number} has no list of citations", path=path, hint=hint)
        quotes = [
            _citation(path, entry, f"answer {number}, citation {place}")
            for place, entry in enumerate(value["citations"], 1)
        ]
        found += quotes
        found += _beside(value, quotes)
    return found


def _citation(path: Path | None, entry: Any, where: str) -> Quote:
    def bad(what: str) -> SourceError:
        return SourceError(
            f"{where}: {what}", path=path, hint="a citation has document, char_start, char_end and quote"
        )

    def number(key: str) -> int | None:
        value = entry.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise bad(f"{key} must be a whole number from 0")
        return value

    if not isinstance(entry, dict):
        raise bad("is no object")
    quote, document, speaker = entry.get("quote"), entry.get("document"), entry.get("speaker")
    if not isinstance(quote, str) or not quote.strip():
        raise bad("quote must be a text that is not empty")
    if not (document is None or isinstance(document, str)) or not (speaker is None or isinstance(speaker, str)):
        raise bad("document and speaker must be texts")
    start, end, first, last = number("char_start"), number("char_end"), number("line_start"), number("line_end")
    if (start is None) != (end is None):
        raise bad("char_start and char_end go together")
    lines = None if first is None else (first, first if last is None else last)
    return Quote(quote, document, lines, None if start is None or end is None else (start, end), speaker)


def _beside(value: dict[str, Any], quotes: list[Quote]) -> list[Quote]:
    """What an answer's text quotes and its citations do not."""
    answer = value.get("answer")
    if not isinstance(answer, str):
        return []
    for words in sorted({quote.text for quote in quotes}, key=len, reverse=True):
        answer = answer.replace(f"「{words}」", " ")
    notes = {}
    for place, (entry, quote) in enumerate(zip(value["citations"], quotes, strict=True), 1):
        notes[str(entry.get("number", place))] = Quote("", quote.document, quote.lines)
    return _quoted(answer, notes)


def from_text(text: str) -> list[Quote]:
    """What a text quotes, in order: in quotation marks (not single ones) or Markdown block quotes, with the citations after them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _FENCE.sub(lambda match: "\n" * match[0].count("\n"), text)
    notes = {match["note"]: _place(match) for match in _NOTE.finditer(text)}
    text = _NOTE.sub("", text)
    found: list[Quote] = []
    at = 0
    for block in _BLOCK.finditer(text):
        found += _quoted(text[at : block.start()], notes)
        found += _block(block[0], text[block.end() : block.end() + 400], notes)
        at = block.end()
    return found + _quoted(text[at:], notes)


def _block(block: str, after: str, notes: dict[str, Quote]) -> list[Quote]:
    inner = "\n".join(re.sub(r"^[ ]{0,3}(?:>[ ]?)+", "", line) for line in block.rstrip("\n").split("\n"))
    place = _cited(after, 0, notes) if after[:1] != "\n" or after[1:2] in "[(（【" else None
    attribution = _ATTRIBUTION.search(inner)
    if attribution:
        bare = _BARE.search(_ESCAPED.sub(r"\1", attribution[0]))
        place = _place(bare) if bare else place
        inner = inner[: attribution.start()]
    # A citation at the end of the block is the whole block's.
    for pattern in (_CITED, _MARK):
        for match in pattern.finditer(inner[-500:]):
            if match.end() == len(inner[-500:].rstrip()):
                place = _cited(inner[-500:], match.start(), notes) or place
                inner = inner[: max(0, len(inner) - 500) + match.start()]
                break
    stripped = inner.strip().strip("*_").strip()
    for left, right in (*_MARKS.items(), ('"', '"')):
        if (
            len(stripped) > 1
            and stripped[0] == left
            and stripped[-1] == right
            and stripped.count(left) == (1 if left != right else 2)
        ):
            stripped = stripped[1:-1]
    return [_claimed(stripped, place)] if _says(stripped) else []


def _quoted(text: str, notes: dict[str, Quote]) -> list[Quote]:
    runs: list[tuple[int, int]] = []
    stacks: dict[str, list[int]] = {close: [] for close in _MARKS.values()}
    for at, c in enumerate(text):
        if c in _MARKS:
            stacks[_MARKS[c]].append(at)
        elif c in stacks and stacks[c]:
            runs.append((stacks[c].pop(), at + 1))
    runs += [match.span() for match in _STRAIGHT.finditer(text) if _says(match[0])]
    found: list[Quote] = []
    end = 0
    for first, last in sorted(runs, key=lambda run: (run[0], -run[1])):
        if first >= end:
            end = last
            if _says(text[first + 1 : last - 1]):
                found.append(_claimed(text[first + 1 : last - 1], _cited(text, last, notes)))
    return found


def _says(words: str) -> bool:
    return any(c.isalnum() for c in words)


def _claimed(words: str, place: Quote | None) -> Quote:
    words = words.strip()
    return Quote(words) if place is None else Quote(words, place.document, place.lines)


def _cited(text: str, at: int, notes: dict[str, Quote]) -> Quote | None:
    match = _CITED.match(text, at)
    if match and any(c.isalpha() for c in match["document"]):
        return _place(match)
    mark = _MARK.match(text, at)
    return notes.get(mark["note"]) if mark else None


def _place(match: re.Match[str]) -> Quote:
    first = int(match["first"])
    return Quote("", _ESCAPED.sub(r"\1", match["document"]).strip(), (first, int(match["last"] or first)))
