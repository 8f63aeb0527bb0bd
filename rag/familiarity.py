"""How far an index knows what a question speaks of: what tells a question about another matter from one it can answer."""

from __future__ import annotations

from dataclasses import dataclass

from rag import periods
from rag.lexical_index import LexicalIndex
from rag.passage_store import PassageStore
from rag.passages import SPEAKER_MARK
from rag.question import Question
from rag.terms import terms
from rag.text import fold

#: Terms that name a quarter, however it is written.
_QUARTERS = {
    "1": ("一季", "1季", "q1", "1q", "first"),
    "2": ("二季", "2季", "q2", "2q", "second"),
    "3": ("三季", "3季", "q3", "3q", "third"),
    "4": ("四季", "4季", "q4", "4q", "fourth"),
}


@dataclass(frozen=True, slots=True)
class Familiarity:
    """What of a question stands in an index.

    ``known`` is the share, by idf, of its words, pairs and figures that stand anywhere (1 if it has none).
    ``unknown_name`` says that a title or capitalised name stands nowhere, which may be a matter of its spelling in
    another language. ``absent_term`` says that a term of the glossary stands nowhere in any form of either language, ``absent_metric`` that none of them does,
    names apart;
    ``absent_name`` that a company, person or product of the glossary does not, nor in any speaker's or document's name; ``absent_period``
    that a quarter does not, while others do.
    """

    known: float
    unknown_name: bool
    absent_term: bool
    absent_metric: bool
    absent_name: bool
    absent_period: bool

    @property
    def is_elsewhere(self) -> bool:
        """Whether another company, person, product or period is spoken of than any that the index names."""
        return self.absent_name or self.absent_period


def familiarity(question: Question, lexical: LexicalIndex, store: PassageStore) -> Familiarity:
    """Look a question's words up in an index."""
    vocabulary = lexical.vocabulary
    weights = {term: lexical.idf(term) for term in question.content if len(term) > 1}
    total = sum(weights.values())
    forms: dict[str, tuple[str, ...]] = {}
    for term, others in (*question.bridges, *question.synonyms):
        forms[term] = (*forms.get(term, (term,)), *others)

    def stands(form: str) -> bool:
        found = [term for term in terms(form, vocabulary) if not term.startswith("#")]
        # Of a speaker's name single characters are not indexed.
        named = [f"{SPEAKER_MARK}{term}" for term in found if len(term) > 1]
        return all(term in vocabulary for term in found) or bool(named) and all(term in vocabulary for term in named)

    names = {fold(name).strip() for name in question.names} - {""}
    absent = [of_name for of_name in question.known_names if not any(map(stands, of_name))]
    quarters = periods.named(question.folded)[1]
    titles = fold("\n".join(store.titles())) if absent or quarters else ""
    spoken_of = periods.named(titles)[1] | {
        quarter for quarter, forms in _QUARTERS.items() if any(map(vocabulary.__contains__, forms))
    }
    own = {form for of_name in question.known_names for form in of_name}
    of_metric = [of_term for of_term in forms.values() if not own & {*of_term}]
    return Familiarity(
        sum(weight for term, weight in weights.items() if term in vocabulary) / total if total else 1.0,
        unknown_name=not all(any(map(stands, forms.get(name, (name,)))) for name in names),
        absent_term=not all(any(map(stands, of_term)) for of_term in forms.values()),
        absent_metric=bool(of_metric) and not any(any(map(stands, of_term)) for of_term in of_metric),
        absent_name=any(not any(form in titles for form in of_name) for of_name in absent),
        absent_period=bool(spoken_of) and not quarters <= spoken_of,
    )
