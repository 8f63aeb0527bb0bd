"""How much of a question's words a passage has: the lexical part of the fused score.

In the question's language that is

    (BM25 + SPEAKER * speaker + SYNONYM * synonyms) / what a full match would get.

Across languages shared words are names and figures at best and chance at worst: BM25 counts CROSS_LEXICAL, and the
translations stand in for it, those of the glossary and those of the dictionary,

    CROSS_WEIGHT * (CROSS_LEXICAL * BM25 + SPEAKER * speaker + translations) / (what those can get + UNTRANSLATED).

All forms of a term are taken as synonyms, of which the best counts, as much as the commonest of them: Pirkola (1998), "The
effects of query structure and dictionary setups in dictionary-based cross-language information retrieval".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rag.lexical_index import LexicalIndex
from rag.passages import SPEAKER_MARK
from rag.question import Question
from rag.terms import terms

CROSS_LEXICAL = 0.4
CROSS_WEIGHT = 0.6
#: Stands for the words of which no translation is known, in units of idf.
UNTRANSLATED = 12.0
SYNONYM = 0.5
SPEAKER = 2.0
#: A form counts where at least this share of its terms stands in the passage.
_FORM_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to say what a term says: its search terms, each counting 1, and the sum of their idf."""

    weights: dict[str, float]
    full: float


@dataclass(frozen=True, slots=True)
class Term:
    """What may stand for a term of the question, as written and as search terms, and what it counts: the idf of the commonest
    form's rarest word."""

    written: tuple[str, ...]
    weight: float
    forms: list[_Form]


@dataclass(frozen=True, slots=True)
class Query:
    """A question's lexical parts: its content with each term's idf, its content as a speaker's name, synonyms, and
    translations of the glossary and of the dictionary. ``full`` is what a full match gets in the question's language, ``cross`` in the other."""

    idfs: dict[str, float]
    speakers: dict[str, float]
    synonyms: list[Term]
    bridges: list[Term]
    glosses: list[Term]
    full: float
    cross: float

    @property
    def translations(self) -> list[Term]:
        """The question's terms that are looked for in the other language, those of which the index knows a form."""
        return [*self.bridges, *self.glosses]

    def queries(self) -> list[dict[str, float]]:
        """What to look for among all passages, terms with what each counts: one query for each part."""
        forms = [form.weights for term in (*self.synonyms, *self.bridges) for form in term.forms]
        # Many forms of common words: apart, each would bring passages of its own.
        glosses = {
            word: term.weight / form.full for term in self.glosses for form in term.forms for word in form.weights
        }
        return [dict.fromkeys(self.idfs, 1.0), self.speakers, *forms, glosses]


def query_of(question: Question, lexical: LexicalIndex) -> Query:
    """What passages are searched for."""
    speakers = {f"{SPEAKER_MARK}{term}": 1.0 for term in question.content if len(term) > 1}
    for _, forms in question.bridges:
        speakers |= dict.fromkeys((term for form in forms for term in _spoken(form, lexical)), 1.0)
    bridges = _terms(question.bridges, lexical) if question.crosses else []
    glosses = _terms(question.glosses, lexical)
    shared = 0.0
    if question.crosses:
        shared = sum(lexical.idf(term) for term in _shared(question) if term in lexical.vocabulary)
    translated = sum(term.weight for term in (*bridges, *glosses))
    idfs = {term: lexical.idf(term) for term in question.content}
    return Query(
        idfs,
        speakers,
        _terms(question.synonyms, lexical),
        bridges,
        glosses,
        max(sum(idfs.values()), 1e-6),
        CROSS_LEXICAL * shared + translated + UNTRANSLATED,
    )


def shares(query: Query, lexical: LexicalIndex, rows: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Some passages' shares of a full lexical match: float32 (rows,).

    Args:
        rows: the passages, ascending.
        same: bool (rows,), whether each is in the question's language.
    """
    total = lexical.scores(dict.fromkeys(query.idfs, 1.0), rows)
    total[~same] *= np.float32(CROSS_LEXICAL)
    total += np.float32(SPEAKER) * lexical.scores(query.speakers, rows)
    total[same] += np.float32(SYNONYM) * _found(query.synonyms, lexical, rows[same])
    total[same] /= np.float32(query.full)
    total[~same] += _found(query.translations, lexical, rows[~same])
    total[~same] *= np.float32(CROSS_WEIGHT / query.cross)
    return total


def _spoken(form: str, lexical: LexicalIndex) -> Iterable[str]:
    """The search terms for a name's form in speakers: itself, or its parts where it is no word of the index."""
    if (whole := f"{SPEAKER_MARK}{form}") in lexical.vocabulary:
        return [whole]
    return [f"{SPEAKER_MARK}{term}" for term in terms(form, lexical.vocabulary) if len(term) > 1]


def _shared(question: Question) -> Iterable[str]:
    """The content terms that passages in the other language can have too: those in Latin letters that no word list
    translates."""
    words = {word for term, _ in (*question.bridges, *question.glosses) for word in terms(term, ())}
    return (term for term in question.content if term.isascii() and term not in words)


def _terms(translated: Iterable[tuple[str, tuple[str, ...]]], lexical: LexicalIndex) -> list[Term]:
    """The terms of which the index knows a form."""
    found = []
    for _, forms in translated:
        known, rarest = [], []
        for form in forms:
            weights = dict.fromkeys(terms(form, lexical.vocabulary), 1.0)
            idfs = {term: lexical.idf(term) for term in weights}
            if standing := [idf for term, idf in idfs.items() if term in lexical.vocabulary]:
                known.append(_Form(weights, sum(idfs.values())))
                rarest.append(max(standing))
        if known:
            found.append(Term(forms, min(rarest), known))
    return found


def _found(wanted: Iterable[Term], lexical: LexicalIndex, rows: np.ndarray) -> np.ndarray:
    """For each term the best of its forms, summed: float32 (rows,)."""
    total = np.zeros(len(rows), np.float32)
    if not len(rows):
        return total
    for term in wanted:
        best = np.zeros(len(rows), np.float32)
        for form in term.forms:
            share = lexical.scores(form.weights, rows) / np.float32(form.full)
            best = np.maximum(best, np.where(share > _FORM_SHARE, share, 0))
        total += np.float32(term.weight) * best
    return total
