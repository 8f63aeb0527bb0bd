"""A transcript cut into passages: paragraphs, long ones at sentence ends, short neighbours of one turn together.

Passages are in order, do not overlap and stay within one turn (or one section, outside turns). Together with the
speaker labels, Markdown structure lines and white space between them they rebuild the text.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator

from rag import sentences
from rag.lines import Line, split_lines, trim
from rag.places import Places, page, times
from rag.records import Passage, SectionKind, Span, Speaker, Transcript, Turn
from rag.terms import terms
from rag.text import cased, weight

#: Raise when the cutting changes: it goes into the manifest, and an index cut otherwise is refused.
VERSION = 1
#: A paragraph is cut when it is longer, and neighbours are joined while they are shorter, in units of `text.weight`.
LONGEST = 320
SHORTEST = 24

#: Segments, the runs within a passage that get a vector of their own, are at least this long, in the same units.
_SEGMENT = 10
#: Stands before a term that names the speaker, so that "花旗" finds who spoke apart from who is spoken of.
SPEAKER_MARK = "@"

_STRUCTURE = re.compile(r"\s*(?:#{1,6}\s.*|[-*_](?:\s?[-*_]){2,}\s*)")


def split(transcript: Transcript, document: str) -> list[Passage]:
    """The passages of a transcript, in order.

    Args:
        transcript: what `transcripts.read` gave.
        document: the document's name, which becomes part of each passage's id.
    """
    text = transcript.text
    lines = split_lines(text)
    places = Places(text, transcript.marks, lines)
    passages = []
    for start, end, kind, number in _regions(transcript):
        turn = transcript.turns[number] if number is not None else None
        for piece_start, piece_end in _join(
            text, _paragraphs(text, lines, start, end, keep_headings=kind is SectionKind.HEADLINE)
        ):
            passages.append(_passage(document, transcript, places.span(piece_start, piece_end), kind, number, turn))
    return passages


def identity(document: str, char_start: int, char_end: int, words: str) -> str:
    """A passage's id: a hash of its document, its span and its text, 16 hexadecimal digits."""
    hashed = f"{document}\0{char_start}\0{char_end}\0{words}".encode(errors="surrogatepass")
    return hashlib.sha256(hashed).hexdigest()[:16]


def _passage(
    document: str, transcript: Transcript, span: Span, kind: SectionKind, number: int | None, turn: Turn | None
) -> Passage:
    words = transcript.text[span.char_start : span.char_end]
    time_start, time_end = times(transcript.marks, span.char_start, span.char_end)
    return Passage(
        identity(document, span.char_start, span.char_end, words),
        document,
        words,
        span,
        kind,
        number,
        turn.speaker if turn else None,
        turn.exchange if turn else None,
        turn is not None and turn.is_question,
        time_start,
        time_end,
        page(transcript.marks, span.char_start),
    )


def _regions(transcript: Transcript) -> Iterator[tuple[int, int, SectionKind, int | None]]:
    """The runs that a passage must not cross: each turn's words, and each section's text outside turns."""
    turns = list(enumerate(transcript.turns))
    at = 0
    for section in transcript.sections:
        position, end = section.span.char_start, section.span.char_end
        while at < len(turns) and turns[at][1].label.char_start < end:
            number, turn = turns[at]
            yield position, turn.label.char_start, section.kind, None
            yield turn.span.char_start, turn.span.char_end, section.kind, number
            position = max(turn.span.char_end, turn.label.char_end)
            at += 1
        yield position, end, section.kind, None


def _paragraphs(
    text: str, lines: list[Line], start: int, end: int, *, keep_headings: bool
) -> Iterator[tuple[int, int]]:
    """Runs of lines without a blank one, trimmed; Markdown headings and rules are left out, except a headline."""
    opened: int | None = None
    closed = start
    # By number: a copy of the lines for each turn would take time in the square of their number.
    for number in range(max(0, bisect_right(lines, (start, len(text))) - 1), len(lines)):
        line = lines[number]
        if line.start >= end:
            break
        first, last = trim(text, max(line.start, start), min(line.end, end))
        if first == last or (not keep_headings and _STRUCTURE.fullmatch(text, first, last)):
            if opened is not None:
                yield opened, closed
            opened = None
        else:
            opened = first if opened is None else opened
            closed = last
    if opened is not None:
        yield opened, closed


def _join(text: str, paragraphs: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Cut what is too long, then join what is too short to the next piece, or to the one before at the end."""
    done: tuple[int, int] | None = None
    for paragraph in paragraphs:
        for start, end in _cut(text, *paragraph):
            if done is None:
                done = (start, end)
            elif weight(text[done[0] : done[1]]) < SHORTEST or weight(text[start:end]) < SHORTEST / 2:
                done = (done[0], end)
            else:
                yield done
                done = (start, end)
    if done is not None:
        yield done


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    total = weight(text[start:end])
    if total <= LONGEST:
        yield start, end
        return
    # Even pieces read better than full ones and a rest.
    target = total / -(-total // LONGEST)
    begin, filled, last = None, 0.0, start
    for piece_start, piece_end in _bounded(text, start, end):
        if piece_start == piece_end:
            continue
        size = weight(text[piece_start:piece_end])
        if begin is not None and filled + size / 2 > target:
            yield begin, last
            begin, filled = None, 0.0
        if begin is None:
            begin = piece_start
        filled += size
        last = piece_end
    if begin is not None:
        yield begin, last


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Sentences; one that is itself too long is cut at white space or commas where it has any, else hard."""
    for sentence_start, sentence_end in sentences.split(text, start, end):
        while (
            sentence_end - sentence_start > LONGEST
            and weight(text[sentence_start : sentence_start + 8 * LONGEST]) > LONGEST
        ):
            # Eight LONGEST characters weigh at least twice LONGEST, so a cut within them makes progress.
            room = LONGEST if weight(text[sentence_start : sentence_start + LONGEST]) > LONGEST / 2 else 3 * LONGEST
            window = text[sentence_start : min(sentence_start + room, sentence_end)]
            at = max(window.rfind(c) for c in "，,、 \t;:")
            cut = sentence_start + (at + 1 if at > len(window) // 2 else len(window))
            yield trim(text, sentence_start, cut)
            sentence_start = cut
        yield trim(text, sentence_start, sentence_end)


def segments(text: str) -> list[list[tuple[int, int]]]:
    """The runs of a passage's text that get a vector each: groups of consecutive sentences, short ones joined; none if the
    passage is one."""
    groups: list[list[tuple[int, int]]] = []
    for start, end in sentences.split(text):
        if groups and _is_short(text[groups[-1][0][0] : groups[-1][-1][1]]):
            groups[-1].append((start, end))
        else:
            groups.append([(start, end)])
    return groups if len(groups) > 1 else []


def _is_short(run: str) -> bool:
    # Every character weighs a quarter at least.
    return len(run) < 4 * _SEGMENT and weight(run) < _SEGMENT


def embedded_texts(passage: Passage) -> list[str]:
    """What the encoder sees of a passage: each of its segments, or the whole where that is one."""
    groups = segments(passage.text)
    return [cased(passage.text[group[0][0] : group[-1][1]]) for group in groups] or [cased(passage.text)]


def all_search_terms(transcript: Transcript, passages: list[Passage]) -> Iterator[list[str]]:
    """Each passage's terms for BM25. An answer can be found by the name of who asked, too."""
    askers: dict[int, Speaker] = {}
    for turn in transcript.turns:
        if turn.exchange is not None and turn.is_question:
            askers.setdefault(turn.exchange, turn.speaker)
    for passage in passages:
        asker = None if passage.exchange is None or passage.is_question else askers.get(passage.exchange)
        yield search_terms(passage, asker)


def search_terms(passage: Passage, asker: Speaker | None) -> list[str]:
    """The passage's terms for BM25, those of its speaker marked.

    Args:
        asker: who asked in the passage's exchange, whose answers can be found by the asker's name too.
    """
    found = terms(passage.text)
    for speaker in (passage.speaker, asker):
        if speaker is not None:
            named = " ".join(filter(None, (speaker.organisation, speaker.name, speaker.title)))
            found += sorted({f"{SPEAKER_MARK}{term}" for term in terms(named) if len(term) > 1})
    return found
