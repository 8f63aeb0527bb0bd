"""Whether quotes say what the indexed transcripts say: a finding for each, with the place where it truly stands."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from rag.citation import cite
from rag.differences import Difference, Kind, compare, tokens
from rag.equivalence import Form, form
from rag.matching import Corpus, Match
from rag.opened import OpenIndex
from rag.places import places
from rag.progress import Report, silent
from rag.quotes import Quote
from rag.records import Citation, Speaker, Transcript
from rag.text import fold

_ELLIPSIS = re.compile(r"[\[(（]?(?:…+|\.{3,}|。{3,}|(?:\. ){2,}\.)[\])）]?")


class Verdict(StrEnum):
    """What a check says of a quote; EXACT and FOLDED are true quotes."""

    EXACT = "exact"
    FOLDED = "folded"
    MISATTRIBUTED = "misattributed"
    ALTERED = "altered"
    NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on a quote. ``citation`` is what was really said, and where; None if nothing comes near."""

    quote: Quote
    verdict: Verdict
    note: str = ""
    citation: Citation | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def holds(self) -> bool:
        return self.verdict in (Verdict.EXACT, Verdict.FOLDED)


def check(index: OpenIndex, quotes: Sequence[Quote], report: Report = silent) -> list[Finding]:
    """A finding for each quote, in order."""
    corpus = Corpus(index)
    found = []
    for done, quote in enumerate(quotes, 1):
        found.append(check_one(corpus, quote))
        report("checking quotes", done, len(quotes))
    return found


def check_one(corpus: Corpus, quote: Quote) -> Finding:
    """The finding for one quote; what is prepared of the documents is kept in ``corpus``."""
    whole = form(quote.text)
    if not whole.text:
        return Finding(quote, Verdict.NOT_FOUND, "there is no word or figure in it")
    parts = [part for part in map(form, _ELLIPSIS.split(quote.text)) if part.text]
    readings = [[whole]] if len(parts) < 2 else [[whole], parts]
    number = None if quote.document is None else corpus.index.store.number_of(quote.document)
    unknown = (
        "" if quote.document is None or number is not None else f"there is no document {quote.document!r} in the index"
    )
    cut: list[tuple[list[Form], Match]] = []
    elsewhere: list[tuple[list[Form], Match]] = []
    others = [n for n in range(corpus.index.store.document_count) if n != number]
    for documents in ([number] if number is not None else [], others):
        for reading in readings:
            placed: list[tuple[list[Form], Match]] = []
            for n in documents:
                for match in corpus.matches(n, reading):
                    right = (
                        match.sound
                        and not unknown
                        and (number is None or n == number)
                        and not _objection(corpus, quote, match)
                    )
                    (cut if not match.sound else placed if right else elsewhere).append((reading, match))
                if placed and _is_exact(corpus, quote, *placed[-1]):
                    break
            if placed:
                return _true(corpus, quote, placed)
        if elsewhere:
            break
    if elsewhere:
        reading, match = elsewhere[0]
        note = unknown or (
            _objection(corpus, quote, match)
            if number is None or match.number == number
            else f"this is said in another document than {quote.document}"
        )
        return Finding(quote, Verdict.MISATTRIBUTED, note, _cite(corpus, *corpus.source(match)[:2], match))
    if cut:
        return _altered(corpus, quote, [(cut[0][0][0] if len(cut[0][0]) == 1 else whole, cut[0][1])], unknown)
    return _nearly(corpus, quote, whole, parts if len(parts) > 1 else [whole], number, unknown)


def _true(corpus: Corpus, quote: Quote, placed: list[tuple[list[Form], Match]]) -> Finding:
    """The finding for a quote that stands where it should: exact where one place has its very characters."""
    exact = [entry for entry in placed if _is_exact(corpus, quote, *entry)]
    at_span = [entry for entry in exact if quote.span is not None and _exact_span(corpus, quote, *entry) == quote.span]
    reading, match = (at_span or exact or placed)[0]
    start, end = _exact_span(corpus, quote, reading, match) if exact else corpus.source(match)
    note = (
        "the same words stand a little beside the cited characters"
        if exact and quote.span is not None and not at_span
        else ""
    )
    return Finding(quote, Verdict.EXACT if exact else Verdict.FOLDED, note, _cite(corpus, start, end, match))


def _is_exact(corpus: Corpus, quote: Quote, reading: list[Form], match: Match) -> bool:
    start, end = _exact_span(corpus, quote, reading, match)
    text = corpus.document(match.number).transcript.text
    if len(reading) == 1:
        return text[start:end] == quote.text
    return all(part.raw.strip() in text[max(0, start - 8) : corpus.source(match)[1] + 8] for part in reading)


def _exact_span(corpus: Corpus, quote: Quote, reading: list[Form], match: Match) -> tuple[int, int]:
    """Where the quote's own characters would stand, its outer punctuation included."""
    start, end = corpus.source(match)
    if len(reading) > 1:
        return start, end
    start = max(0, start - reading[0].source(0, 1)[0])
    return start, start + len(quote.text)


def _objection(corpus: Corpus, quote: Quote, match: Match) -> str:
    """Why a match is not where, or by whom, the quote is said to be; empty if it is."""
    start, end = corpus.source(match)
    citation = _cite(corpus, start, end, match)
    if quote.lines is not None and (
        citation.span.line_end < quote.lines[0] or citation.span.line_start > quote.lines[1]
    ):
        return f"this is said on line {citation.span.line_start}, not {quote.lines[0]}"
    if quote.span is not None and (end <= quote.span[0] or start >= quote.span[1]):
        return f"this stands at characters {start} to {end}, not {quote.span[0]} to {quote.span[1]}"
    if quote.speaker is not None and quote.speaker.strip() and not _is_speaker(quote.speaker, citation.speaker):
        said_by = citation.speaker.name.rstrip(":：") if citation.speaker else "nobody named"
        return f"this is said by {said_by}, not {quote.speaker}"
    return ""


def _is_speaker(claimed: str, speaker: Speaker | None) -> bool:
    if speaker is None:
        return False
    wanted = fold(claimed).strip(" :：\t")
    for name in filter(None, (speaker.name, speaker.organisation, speaker.title)):
        known = fold(name).strip(" :：\t")
        if wanted == known or form(claimed).text == form(name).text:
            return True
        if re.search(rf"(?<![a-z0-9]){re.escape(wanted)}(?![a-z0-9])", known) or re.match(
            rf"{re.escape(known)}\s*[,(/|·-]", wanted
        ):
            return True
    return False


def _nearly(corpus: Corpus, quote: Quote, whole: Form, parts: list[Form], number: int | None, unknown: str) -> Finding:
    cited = None
    if number is not None and (quote.span or quote.lines):
        transcript = corpus.document(number).transcript
        text = transcript.text
        start, end = quote.span or _line_span(transcript, quote.lines or (1, 1))
        cited = (number, min(start, len(text)), min(end, len(text), start + 2 * len(quote.text) + 200))
    found = [(part, corpus.near(part, cited)) for part in parts]
    near = [(part, match) for part, match in found if match is not None]
    if len(near) < len(found):
        note = unknown or (f"{len(near)} of its {len(found)} parts come near something said" if near else "")
        return Finding(quote, Verdict.NOT_FOUND, note)
    return _altered(corpus, quote, near, unknown)


def _altered(corpus: Corpus, quote: Quote, near: list[tuple[Form, Match]], unknown: str) -> Finding:
    differences: list[Difference] = []
    for part, match in near:
        differences += compare(
            part, tokens(part), corpus.form(match.number), corpus.tokens(match.number)[match.first : match.last]
        )
    first = near[0][1]
    runs = [_run(corpus, match) for _, match in near if match.number == first.number]
    start, end = min(runs)[0], max(run[1] for run in runs)
    if end - start > 4 * len(quote.text) + 2000:
        start, end = runs[0]
    notation = [d for d in differences if d.kind is Kind.NOTATION]
    changed = tuple(d for d in differences if d.kind is not Kind.NOTATION)
    citation = _cite(corpus, start, end, first)
    if changed or len(near) > 1:
        note = unknown or ("" if changed else "its parts are not said one after the other in one turn")
        return Finding(quote, Verdict.ALTERED, note, citation, changed)
    if not first.sound:
        return Finding(quote, Verdict.ALTERED, unknown or "it is cut out of a figure or off a negation", citation)
    note = (
        "equal figures written otherwise: " + ", ".join(f"{d.quoted} = {d.source}" for d in notation)
        if notation
        else ""
    )
    objection = (
        unknown
        or (
            ""
            if quote.document in (None, citation.document)
            else f"this is said in another document than {quote.document}"
        )
        or _objection(corpus, quote, first)
    )
    return Finding(
        quote, Verdict.MISATTRIBUTED if objection else Verdict.FOLDED, objection or note, citation, tuple(notation)
    )


def _run(corpus: Corpus, match: Match) -> tuple[int, int]:
    """The code points of all that a match touches."""
    touched = corpus.tokens(match.number)[match.first : match.last]
    return corpus.form(match.number).source(touched[0].start, touched[-1].end)


def _line_span(transcript: Transcript, lines: tuple[int, int]) -> tuple[int, int]:
    """The code points of what stands on these lines, or on the nearest before them that have words."""
    known = places(transcript.text, transcript.marks).rows()
    numbers = [row.number for row in known]
    first = max(0, min(bisect_left(numbers, lines[0]), len(known) - 1))
    last = max(first, bisect_right(numbers, lines[1]) - 1)
    return known[first].start, known[last].end


def _cite(corpus: Corpus, start: int, end: int, match: Match) -> Citation:
    document = corpus.document(match.number)
    spans = corpus.spans(match.number)
    inside = next((row for first, last, row in spans if first <= start < last), None)
    row = inside if inside is not None else next((row for first, _, row in spans if first >= start), spans[-1][2])
    passage = corpus.index.store.passage(row)
    if inside is None:
        # A speaker line or white space between passages: nobody says it.
        passage = replace(passage, speaker=None, exchange=None, is_question=False, time_start=None, time_end=None)
    return cite(passage, document, corpus.index.path_of(document), start=start, end=end)
