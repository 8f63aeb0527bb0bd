"""Ranked passages → an answer made of one to three of their sentences, or an abstention.

A sentence's score is its passage's, plus what it has of the question's words, of the kind of thing asked for, and of the
question's meaning (its segment's cosine).
"""

from __future__ import annotations

from dataclasses import dataclass

from rag import calibration
from rag.passage_store import PassageStore
from rag.question import Kind, Question
from rag.ranker import Ranked, Sentence
from rag.records import Span
from rag.retriever import Familiarity

_COVERAGE = 0.7
_TYPED = 0.3
_COSINE = 2.0
#: A question that wants a figure is not answered by a sentence without one.
_NO_FIGURE = 0.5
#: Passages that may be quoted, and how much worse than the best sentence another may be.
_PASSAGES = 6
_MARGIN = 0.3
_MOST_SENTENCES = 3
#: Further sentences are added while the quotes together stay below this, in code points.
_LONGEST = 150


@dataclass(frozen=True, slots=True)
class Quote:
    """A run of a document that answers: offsets, and the row of the passage it stands in."""

    row: int
    start: int
    end: int
    highlight: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The reader's choice: the quotes, best first, and the probability that they answer."""

    quotes: tuple[Quote, ...]
    confidence: float


def read(question: Question, ranked: list[Ranked], store: PassageStore, familiarity: Familiarity) -> Reading:
    """Choose the sentences to quote and judge whether they answer.

    Args:
        familiarity: how far the index knows what the question speaks of.
    """
    if not ranked:
        return Reading((), 0.0)
    choices = _choices(question, ranked)
    best_score, first, best_sentence = choices[0]
    numbers = calibration.features(question, ranked, first, best_sentence, familiarity)
    probability = calibration.confidence(numbers, same_language=first.same_language)
    if question.kind is Kind.WHO_ASKED and (labels := _askers(first, store)):
        return Reading((*labels, _quote(first, best_sentence)), probability)
    picked = [(first, best_sentence)]
    length = best_sentence.end - best_sentence.start
    for score, entry, sentence in choices[1:]:
        size = sentence.end - sentence.start
        if len(picked) == _MOST_SENTENCES or score < best_score - _MARGIN:
            break
        if length + size <= _LONGEST:
            picked.append((entry, sentence))
            length += size
    return Reading(tuple(_quote(entry, sentence) for entry, sentence in picked), probability)


def best(question: Question, ranked: list[Ranked]) -> tuple[Ranked, Sentence]:
    """The passage and sentence that answer best; there must be one."""
    _, entry, sentence = _choices(question, ranked)[0]
    return entry, sentence


def _choices(question: Question, ranked: list[Ranked]) -> list[tuple[float, Ranked, Sentence]]:
    """The sentences of the best passages with their scores, best first."""
    choices = [
        (_score(question, entry, sentence), entry, sentence)
        for entry in ranked[:_PASSAGES]
        for sentence in entry.sentences
    ]
    return sorted(choices, key=lambda c: (-c[0], c[1].row, c[2].start))


def _score(question: Question, entry: Ranked, sentence: Sentence) -> float:
    evidence = sentence.evidence
    score = entry.hit.score + _TYPED * evidence.typed + _COSINE * sentence.cosine
    if entry.same_language:
        # Across languages coverage is the glossary's, too coarse to tell a passage's sentences apart.
        score += _COVERAGE * evidence.coverage
    return score - _NO_FIGURE if question.units and not evidence.typed else score


def _quote(entry: Ranked, sentence: Sentence) -> Quote:
    highlight = sentence.evidence.highlight
    placed = None if highlight is None else (sentence.start + highlight[0], sentence.start + highlight[1])
    return Quote(entry.row, sentence.start, sentence.end, placed)


def _askers(entry: Ranked, store: PassageStore) -> list[Quote]:
    """The speaker line of the question that the passage is part of: who asked is told by the structure, not by a sentence."""
    passage = entry.hit.passage
    if passage.turn is None or not passage.is_question:
        return []
    label: Span = store.document_of(entry.row).transcript.turns[passage.turn].label
    return [Quote(entry.row, label.char_start, label.char_end)] if label.char_end > label.char_start else []
