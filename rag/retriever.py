"""Both searches and their fusion: a question → the best passages' rows with their scores.

The fused score of a passage is

    LEXICAL_WEIGHT * lexical + DENSE_WEIGHT * cosine,

where `rag.lexical_match` gives the lexical part as a share of a full match, so that words lead where they are found and step
back where they are not. Where question and passage are in different languages the question's vector is moved by the mean
step from its language to the other's. `scripts/ablation.py` measures each part, `scripts/tune_fusion.py` chooses the weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from rag import lexical_match
from rag.dense_index import DenseIndex
from rag.lexical_index import LexicalIndex
from rag.lexical_match import Query
from rag.question import Question
from rag.vector_store import VectorStore

LEXICAL_WEIGHT = 0.5
#: Sets the scale of the scores, to which the ranker and the second stage add.
DENSE_WEIGHT = 3.0
#: Passages taken before fusion from each lexical search and from the dense one; and of those that a filter lets through.
_CANDIDATES = 60
NEAREST = 100
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
    query: Query,
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
        query: the question's lexical parts.
        vector: the question's, float32 (dimension,).
        is_han: bool (passages,): which passages are mainly Chinese.
        allowed: bool (passages,): the passages that filters let through, or None for all.
        shifts: whether the vectors are the bundled model's, for which the language shift is known.
    """
    same = is_han == question.is_han
    found = [lexical.top(weights, _CANDIDATES, allowed) for weights in query.queries()]
    other = shifted(vector, question) if shifts and question.crosses else vector
    for moved, fits in ((vector, same), (other, ~same)) if question.crosses else ((vector, same),):
        near = dense.nearest(moved, NEAREST)
        found.append(near[fits[near]])
    if allowed is not None:
        few = np.flatnonzero(allowed)[:_FILTERED]
        found = [rows[allowed[rows]] for rows in found] + [few]
    rows = np.unique(np.concatenate(found)).astype(np.int64)
    if not len(rows):
        return []
    fits = same[rows]
    shares = lexical_match.shares(query, lexical, rows, fits)
    cosines = np.empty(len(rows), np.float32)
    cosines[fits] = vectors.similarities(vector, rows[fits])
    cosines[~fits] = vectors.similarities(other, rows[~fits])
    fused = np.float32(LEXICAL_WEIGHT) * shares + np.float32(DENSE_WEIGHT) * cosines
    order = np.argsort(-fused, kind="stable")[:count]
    return [
        Scored(*parts) for parts in zip(*(each[order].tolist() for each in (rows, fused, shares, cosines)), strict=True)
    ]
