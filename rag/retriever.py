"""Both searches and their fusion: a question → the best passages' rows with their scores.

The fused score of a passage is

    lexical + DENSE_WEIGHT * cosine,    lexical = (BM25 + speaker + BRIDGE * bridged) / what a full match would get

so that BM25 leads where the question's words are found and steps back where they are not. Where question and passage
are in different languages, shared words are names at best and chance at worst: BM25 counts CROSS_LEXICAL, the glossary's
translations stand in for it, and the question's vector is moved by the mean step from its language to the other's.
`scripts/ablation.py` measures each part.
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
from rag.text import fold, terms

DENSE_WEIGHT = 3.0
CROSS_LEXICAL = 0.2
BRIDGE = 0.2
SYNONYM = 0.5
SPEAKER = 2.0
#: A form of the glossary counts where at least this share of its terms stands in the passage.
_FORM_SHARE = 0.6
#: Passages taken from each search before fusion, and vectors looked at to find them.
_CANDIDATES = 60
_VECTORS = 400


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage's row with its fused score and the parts: ``lexical`` is a share of a full match, ``dense`` a cosine."""

    row: int
    score: float
    lexical: float
    dense: float


@dataclass(frozen=True, slots=True)
class Familiarity:
    """How far an index knows what a question speaks of: ``known`` is the share, by idf, of its words, pairs and figures
    that stand anywhere in the index (1 if it has none); ``unknown_name`` as in `names_unknown`."""

    known: float
    unknown_name: bool


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
    is_han: np.ndarray,
    allowed: np.ndarray | None = None,
    *,
    shifts: bool = True,
) -> list[Scored]:
    """The fused candidates, best first; ties by row.

    Args:
        vector: the question's, float32 (dimension,).
        is_han: bool (passages,): which passages are mainly Chinese.
        allowed: bool (passages,): the passages that filters let through, or None for all.
        shifts: whether the vectors are the bundled model's, for which the language shift is known.
    """
    same = is_han == question.is_han
    found = lexical_scores(question, lexical, same)
    if allowed is not None:
        found = np.where(allowed, found, 0)
    rows = set(_best(found, _CANDIDATES).tolist())
    other = shifted(vector, question) if shifts and not same.all() else vector
    for query, fits in ((vector, same), (other, ~same)):
        near = dense.candidates(query, _VECTORS) if fits.any() else np.empty(0, np.int64)
        rows.update(near[fits[near]].tolist())
    if allowed is not None:
        rows = {row for row in rows if allowed[row]}
        if len(rows) < _CANDIDATES:
            rows.update(np.flatnonzero(allowed)[:1000].tolist())
    ordered = np.array(sorted(rows), np.int64)
    if not len(ordered):
        return []
    cosines = np.where(same[ordered], dense.similarities(vector, ordered), dense.similarities(other, ordered))
    fused = found[ordered] + DENSE_WEIGHT * cosines
    order = np.argsort(-fused, kind="stable")
    return [Scored(int(ordered[i]), float(fused[i]), float(found[ordered[i]]), float(cosines[i])) for i in order]


def familiarity(question: Question, lexical: LexicalIndex) -> Familiarity:
    """How far the index knows what the question speaks of."""
    weights = {term: lexical.idf(term) for term in question.content if len(term) > 1}
    total = sum(weights.values())
    known = sum(weight for term, weight in weights.items() if term in lexical.vocabulary) / total if total else 1.0
    return Familiarity(known, names_unknown(question, lexical))


def names_unknown(question: Question, lexical: LexicalIndex) -> bool:
    """Whether the question speaks of a name, title or term of the trade that the index has in no language."""

    def known(form: str) -> bool:
        return all(term in lexical.vocabulary for term in terms(form, lexical.vocabulary) if not term.startswith("#"))

    others: dict[str, tuple[str, ...]] = {}
    for term, forms in (*question.bridges, *question.synonyms):
        others[term] = others.get(term, ()) + forms
    spoken = {fold(name).strip() for name in question.names} | set(others)
    return any(not any(map(known, (name, *others.get(name, ())))) for name in spoken if name)


def lexical_scores(question: Question, lexical: LexicalIndex, same: np.ndarray) -> np.ndarray:
    """Each passage's share of a full lexical match: float32 (passages,)."""
    full = sum(lexical.idf(term) for term in question.content)
    speakers = {f"{SPEAKER_MARK}{term}": 1.0 for term in question.content if len(term) > 1}
    speakers |= {f"{SPEAKER_MARK}{form}": 1.0 for _, forms in question.bridges for form in forms}
    total = lexical.scores(dict.fromkeys(question.content, 1.0)) * np.where(
        same, np.float32(1), np.float32(CROSS_LEXICAL)
    )
    total += np.float32(SPEAKER) * lexical.scores(speakers)
    if question.synonyms:
        total += np.where(same, np.float32(SYNONYM), np.float32(0)) * _forms_score(question.synonyms, lexical)
    if question.bridges and not same.all():
        total += np.where(same, np.float32(0), np.float32(BRIDGE)) * _forms_score(question.bridges, lexical)
    return total / np.float32(max(full, 1e-6))


def _forms_score(groups: tuple[tuple[str, tuple[str, ...]], ...], lexical: LexicalIndex) -> np.ndarray:
    """For each group the best of its forms, weighed by the form's rarest term; summed over groups."""
    total = np.zeros(len(lexical), np.float32)
    for _, forms in groups:
        best = np.zeros(len(lexical), np.float32)
        for form in forms:
            wanted = dict.fromkeys(terms(form, lexical.vocabulary), 1.0)
            idfs = [lexical.idf(term) for term in wanted]
            known = [idf for term, idf in zip(wanted, idfs, strict=True) if term in lexical.vocabulary]
            if not known:
                continue
            share = lexical.scores(wanted) / np.float32(sum(idfs))
            best = np.maximum(best, np.where(share > _FORM_SHARE, share * np.float32(max(known)), 0))
        total += best
    return total


def _best(scores: np.ndarray, count: int) -> np.ndarray:
    positive = np.flatnonzero(scores > 0)
    if len(positive) > count:
        kept = np.argpartition(-scores[positive], count - 1)[:count]
        positive = positive[kept]
    return positive
