"""The Python API: ``search``, ``ask`` and ``show`` on an opened index, each one straight sequence. ``build`` is in `rag.builder`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import partial

import numpy as np

from rag import calibration, lexical_match, places, ranker, reader, retriever, second_stage
from rag.citation import cite, parse_reference
from rag.dictionary import open_dictionary
from rag.errors import UsageError
from rag.exchanges import with_answers, words_before
from rag.familiarity import familiarity
from rag.opened import Filters, OpenIndex, open_index
from rag.question import Question, analyse
from rag.ranker import Ranked
from rag.reader import Reading
from rag.records import Answer, Citation, Hit, Role, ShownLine, Span
from rag.second_stage import Reranker
from rag.text import fold, has_han

__all__ = ["Filters", "OpenIndex", "ask", "cite_hit", "open_index", "search", "show", "source_hash"]

#: Passages shown as nearest when nothing answers.
_NEAREST = 3
#: Lines shown before and after a cited place.
_CONTEXT = 2


def search(
    index: OpenIndex, query: str, k: int = 10, filters: Filters | None = None, reranker: Reranker | None = None
) -> list[Hit]:
    """The k best passages.

    Args:
        reranker: reads the first stage's best with the query and orders them anew; None leaves them as they are.

    Raises:
        UsageError: the query is empty or too long, k is less than 1, or a filter names nothing.
    """
    if k < 1:
        raise UsageError(f"-k must be 1 or more, not {k}", hint="-k 10 shows ten passages")
    _, entries = ranked(index, query, filters, k, reranker)
    return [entry.hit for entry in entries[:k]]


def ask(
    index: OpenIndex,
    question: str,
    k: int = 3,
    filters: Filters | None = None,
    min_confidence: float = calibration.THRESHOLD,
    reranker: Reranker | None = None,
) -> Answer:
    """An answer made of at most k quotes, or an abstention that shows what came nearest.

    Args:
        min_confidence: below this probability, 0 to 1, nothing is answered.
        reranker: as for `search`.

    Raises:
        UsageError: as for `search`.
    """
    if k < 1:
        raise UsageError(f"-k must be 1 or more, not {k}", hint="-k 3 quotes at most three sentences")
    analysed, entries = ranked(index, question, filters, reranker=reranker)
    reading = read(index, analysed, entries)
    if not reading.quotes or reading.confidence < min_confidence:
        nearest = tuple(cite_hit(index, entry.hit) for entry in entries[:_NEAREST])
        return Answer(analysed.text, False, round(reading.confidence, 4), "", (), nearest)
    citations = []
    for number, quote in enumerate(reading.quotes[:k], 1):
        document = index.store.document_of(quote.row)
        passage = index.store.passage(quote.row)
        citations.append(
            cite(
                passage,
                document,
                index.path_of(document),
                start=quote.start,
                end=quote.end,
                highlight=quote.highlight,
                number=number,
            )
        )
    figures = _disagreement(citations) if reading.disagree else None
    composed = _compose(citations)
    if figures:
        composed += f" (the sources differ: {figures[0]} [1], {figures[1]} [2])"
    confidence = round(reading.confidence, 4)
    return Answer(analysed.text, True, confidence, composed, tuple(citations), disagreement=figures)


def show(index: OpenIndex, reference: str) -> tuple[Citation, list[ShownLine]]:
    """A cited place and its context: the citation of the passage, and the document's lines around it. Where none of the cited
    lines has text, the passage behind them is cited.

    Raises:
        UsageError: the reference is malformed, or names no document or line of the index.
    """
    name, first, last = parse_reference(reference)
    number = index.store.number_of(name)
    if number is None:
        raise UsageError(f"no document {name!r} in the index", hint="rag status lists the documents")
    document = index.store.document(number)
    text, marks = document.transcript.text, document.transcript.marks
    lines = places.places(text, marks).rows()
    count = lines[-1].number
    if first > count:
        raise UsageError(f"{name} has {count} lines, not {first}", hint=f"give a line from 1 to {count}")
    rows = range(*document.passages)
    spans = {row: index.store.passage(row).span for row in rows}
    row = next((r for r in rows if spans[r].line_end >= first), rows[-1] if rows else None)
    if row is None:
        raise UsageError(f"{name} has no passages", hint="rag status lists the documents")
    citation = cite_hit(index, Hit(index.store.passage(row), 0.0))
    span: Span = citation.span
    numbers = [line.number for line in lines]
    begin = bisect_left(numbers, min(first, span.line_start)) - _CONTEXT
    end = bisect_right(numbers, max(last, span.line_end)) + _CONTEXT
    cited = {number for number, start, stop in lines if first <= number <= last and text[start:stop].strip()}
    cited = cited or set(range(span.line_start, span.line_end + 1))
    return citation, [
        ShownLine(
            number, text[start:stop], number in cited, places.times(marks, start, stop)[0], places.page(marks, start)
        )
        for number, start, stop in lines[max(0, begin) : end]
    ]


def cite_hit(index: OpenIndex, hit: Hit) -> Citation:
    """The citation of a hit's whole passage."""
    number = index.store.number_of(hit.passage.document)
    assert number is not None, "a hit's document is in its index"
    document = index.store.document(number)
    return cite(hit.passage, document, index.path_of(document))


def source_hash(index: OpenIndex, name: str) -> str:
    """The SHA-256 of a document's source as it was indexed."""
    number = index.store.number_of(name)
    assert number is not None, "only documents of the index are asked for"
    return index.store.document(number).source.sha256


def ranked(
    index: OpenIndex,
    text: str,
    filters: Filters | None = None,
    count: int = 0,
    reranker: Reranker | None = None,
    depth: int = ranker.DEPTH,
) -> tuple[Question, list[Ranked]]:
    """The question as understood, and the passages for it with their sentences judged: what search and ask share.

    Args:
        count: how many are wanted; without it, passages far behind the best are not looked at more closely.
        depth: how many passages' sentences are judged at most; all that the reranker reads are.
    """
    question = understood(index, text)
    allowed = index.allowed(filters or Filters())
    vector: np.ndarray = index.encoder.query(question.asked)
    is_han = index.store.is_han
    read = second_stage.depth(question) if reranker else 0
    depth = max(depth, read)
    lexical_query = lexical_match.query_of(question, index.lexical)
    scored = retriever.retrieve(
        question,
        lexical_query,
        vector,
        index.lexical,
        index.dense,
        index.vectors,
        is_han,
        max(depth, count),
        allowed,
        shifts=index.is_bundled,
    )
    if reranker:
        scored = with_answers(scored, index.store, allowed)
    other = retriever.shifted(vector, question) if index.is_bundled else vector

    rows = np.array([candidate.row for candidate in scored[:depth]], np.int64)
    cosines: dict[int, np.ndarray] = {}
    for query, chosen in (
        (vector, rows[is_han[rows] == question.is_han]),
        (other, rows[is_han[rows] != question.is_han]),
    ):
        cosines |= zip(chosen.tolist(), index.vectors.segment_similarities(query, chosen), strict=True)
    least = depth if count else read
    entries = ranker.rank(question, lexical_query, scored, index.store, cosines, count, depth, least)
    if reranker:
        before = partial(words_before, store=index.store)
        entries = second_stage.rerank(question, entries, reranker, before, read)
    return question, entries


def read(index: OpenIndex, question: Question, entries: list[Ranked]) -> Reading:
    """What `ranked` gave, read for the sentences that answer: the quotes, and how sure they are."""
    return reader.read(question, entries, index.store, familiarity(question, index.lexical, index.store))


def understood(index: OpenIndex, text: str) -> Question:
    """A question as an index answers it: the dictionary is asked where passages are in the other language.

    Raises:
        UsageError: it is empty or too long.
    """
    crosses = bool((index.store.is_han != has_han(fold(text))).any())
    return analyse(text, index.glossary, index.lexical.vocabulary, open_dictionary() if crosses else None)


def _disagreement(citations: list[Citation]) -> tuple[str, str] | None:
    """The highlighted figures of the first two citations; None if fewer were asked for."""
    written = [
        c.quote[c.highlight[0] - c.span.char_start : c.highlight[1] - c.span.char_start]
        for c in citations[:2]
        if c.highlight is not None
    ]
    return (written[0], written[1]) if len(written) == 2 else None


def _compose(citations: list[Citation]) -> str:
    parts = []
    for citation in citations:
        asked = citation.is_question and citation.speaker is not None and citation.speaker.role is Role.ANALYST
        note = " (asked by an analyst, not said by management)" if asked else ""
        parts.append(f"「{citation.quote}」{note}[{citation.number}]")
    return " ".join(parts)
