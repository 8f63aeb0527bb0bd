"""Both searches and their fusion: a question → the best passages' rows with their scores.

The fused score of a passage is

    LEXICAL_WEIGHT * lexical + DENSE_WEIGHT * cosine,    lexical = (BM25 + speaker + BRIDGE * bridged) / what a full match would get

so that BM25 leads where the question's words are found and steps back where they are not. Where question and passage
are in different languages, shared words are names at best and chance at worst: BM25 counts CROSS_LEXICAL, the glossary's
translations stand in for it, and the question's vector is moved by the mean step from its language to the other's.
`scripts/ablation.py` measures each part, `scripts/tune_fusion.py` chooses the weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from rag.dense_index import DenseIndex
from rag.lexical_index import LexicalIndex
from rag.passages import SPEAKER_MARK
from rag.question import Question
from rag.text import terms
from rag.vector_store import VectorStore

LEXICAL_WEIGHT = 0.5
#: Sets the scale of the scores, to which the ranker and the second stage add.
DENSE_WEIGHT = 3.0
CROSS_LEXICAL = 0.4
BRIDGE = 0.7
SYNONYM = 0.5
SPEAKER = 2.0
#: A form of the glossary counts where at least this share of its terms stands in the passage.
_FORM_SHARE = 0.6
#: Passages taken before fusion from each lexical search and from the dense one; and of those that a filter lets through.
_CANDIDATES = 60
_NEAREST = 200
_FILTERED = 200


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage's row with its fused score and the parts: ``lexical`` is a share of a full match, ``dense`` a cosine."""

    row: int
    score: float
    lexical: float
    dense: float


@cache
def language_shift() -> np.ndarray:
    """The step from English to Chinese among the bundled model's question vectors: float32 (384,)."""
    with files("rag").joinpath("data/language_shift.npy").open("rb") as file:
        shift: np.ndarray = np.load(file)
    return shift


def shifted(vector: np.ndarray, question: Question) -> np.ndarray:
    """A question's vector, float32 (dimension,), moved to meet passages in the other language."""
    moved = vector - language_shift() if question.is_han else vector + language_shift()
    unit: np.ndarray = moved / np.linalg.norm(moved)
    return unit


def retrieve(
    question: Question,
    vector: np.ndarray,
    lexical: LexicalIndex,
    dense: DenseIndex,
    vectors: VectorStore,
    is_han: np.ndarray,
    count: int,
    allowed: np.ndarray | None = None,
    *,
    shifts: bool = True,
) -> list[Scored]:
    """The best ``count`` of the fused candidates, or all if there are fewer, best first; ties by row.

    Args:
        vector: the question's, float32 (dimension,).
        is_han: bool (passages,): which passages are mainly Chinese.
        allowed: bool (passages,): the passages that filters let through, or None for all.
        shifts: whether the vectors are the bundled model's, for which the language shift is known.
    """
    same = is_han == question.is_han
    lexical_parts = _parts(question, lexical)
    found = [lexical.top(weights, _CANDIDATES, allowed) for weights in lexical_parts.all_weights()]
    one_language = bool(same.all())
    other = shifted(vector, question) if shifts and not one_language else vector
    for query, fits in ((vector, same),) if one_language else ((vector, same), (other, ~same)):
        near = dense.nearest(query, _NEAREST)
        found.append(near[fits[near]])
    if allowed is not None:
        few = np.flatnonzero(allowed)[:_FILTERED]
        found = [rows[allowed[rows]] for rows in found] + [few]
    rows = np.unique(np.concatenate(found)).astype(np.int64)
    if not len(rows):
        return []
    fits = same[rows]
    shares = _shares(lexical_parts, lexical, rows, fits)
    cosines = np.empty(len(rows), np.float32)
    cosines[fits] = vectors.similarities(vector, rows[fits])
    cosines[~fits] = vectors.similarities(other, rows[~fits])
    fused = np.float32(LEXICAL_WEIGHT) * shares + np.float32(DENSE_WEIGHT) * cosines
    order = np.argsort(-fused, kind="stable")[:count]
    return [
        Scored(*parts) for parts in zip(*(each[order].tolist() for each in (rows, fused, shares, cosines)), strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to say what a term of the glossary says: its search terms, and its rarest known one's idf."""

    weights: dict[str, float]
    full: float
    rarest: float


@dataclass(frozen=True, slots=True)
class _Parts:
    """A question's lexical parts: its content, its content as a speaker's name, and the glossary's forms by term."""

    content: dict[str, float]
    speakers: dict[str, float]
    synonyms: list[list[_Form]]
    bridges: list[list[_Form]]
    full: float

    def all_weights(self) -> list[dict[str, float]]:
        forms = [form.weights for groups in (self.synonyms, self.bridges) for group in groups for form in group]
        return [self.content, self.speakers, *forms]


def _parts(question: Question, lexical: LexicalIndex) -> _Parts:
    speakers = {f"{SPEAKER_MARK}{term}": 1.0 for term in question.content if len(term) > 1}
    speakers |= {f"{SPEAKER_MARK}{form}": 1.0 for _, forms in question.bridges for form in forms}
    return _Parts(
        dict.fromkeys(question.content, 1.0),
        speakers,
        _forms(question.synonyms, lexical),
        _forms(question.bridges, lexical),
        max(sum(lexical.idf(term) for term in question.content), 1e-6),
    )


def _forms(groups: tuple[tuple[str, tuple[str, ...]], ...], lexical: LexicalIndex) -> list[list[_Form]]:
    """For each term the forms of which the index knows a word."""
    found = []
    for _, forms in groups:
        known = []
        for form in forms:
            weights = dict.fromkeys(terms(form, lexical.vocabulary), 1.0)
            idfs = {term: lexical.idf(term) for term in weights}
            rarest = max((idf for term, idf in idfs.items() if term in lexical.vocabulary), default=0.0)
            if rarest:
                known.append(_Form(weights, sum(idfs.values()), rarest))
        found.append(known)
    return found


def lexical_scores(question: Question, lexical: LexicalIndex, rows: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Some passages' shares of a full lexical match: float32 (rows,).

    Args:
        rows: the passages, ascending.
        same: bool (rows,), whether each is in the question's language.
    """
    return _shares(_parts(question, lexical), lexical, rows, same)


def _shares(parts: _Parts, lexical: LexicalIndex, rows: np.ndarray, same: np.ndarray) -> np.ndarray:
    total = lexical.scores(parts.content, rows) * np.where(same, np.float32(1), np.float32(CROSS_LEXICAL))
    total += np.float32(SPEAKER) * lexical.scores(parts.speakers, rows)
    total[same] += np.float32(SYNONYM) * _forms_score(parts.synonyms, lexical, rows[same])
    total[~same] += np.float32(BRIDGE) * _forms_score(parts.bridges, lexical, rows[~same])
    return total / np.float32(parts.full)


def _forms_score(groups: list[list[_Form]], lexical: LexicalIndex, rows: np.ndarray) -> np.ndarray:
    """For each group the best of its forms, weighed by the form's rarest term; summed over groups."""
    total = np.zeros(len(rows), np.float32)
    if not len(rows):
        return total
    for group in groups:
        best = np.zeros(len(rows), np.float32)
        for form in group:
            share = lexical.scores(form.weights, rows) / np.float32(form.full)
            best = np.maximum(best, np.where(share > _FORM_SHARE, share * np.float32(form.rarest), 0))
        total += best
    return total
