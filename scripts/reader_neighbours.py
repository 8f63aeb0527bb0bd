"""The nearest pieces of text for a question, by the first stage's measure: what the reader's wrong passages are drawn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from scipy import sparse

from rag.encoder import BundledEncoder
from rag.lexical_match import CROSS_LEXICAL
from rag.retriever import DENSE_WEIGHT, LEXICAL_WEIGHT, language_shift
from rag.terms import terms
from rag.text import cased, has_han, is_mostly_han


class Vectors:
    """The bundled model's vectors of texts, each embedded once: unit, float32 (384,)."""

    def __init__(self) -> None:
        self._encoder = BundledEncoder()
        self._known: dict[str, np.ndarray] = {}

    def add(self, prefix: str, texts: Iterable[str]) -> None:
        """Embed the texts that are new, with the model's prefix for questions or passages."""
        new = [text for text in dict.fromkeys(texts) if prefix + text not in self._known]
        found = self._encoder.bulk.encode([f"{prefix}: {cased(text)}" for text in new], lambda _: None)
        self._known |= {prefix + text: vector for text, vector in zip(new, found, strict=True)}

    def of(self, prefix: str, text: str) -> np.ndarray:
        return self._known[prefix + text]


class Neighbours:
    """The first stage without its glossary and its sentences' vectors, over some pieces of one language."""

    def __init__(self, texts: list[str], vectors: Vectors):
        self._texts, self._vectors = texts, vectors
        vectors.add("passage", texts)
        self._dense = np.stack([vectors.of("passage", text) for text in texts])
        self._is_han = is_mostly_han("".join(texts[:50]))
        self._numbers: dict[str, int] = {}
        bags = [self._bag(text, grow=True) for text in texts]
        lengths = np.array([sum(bag.values()) for bag in bags], float)
        rows = np.repeat(np.arange(len(bags)), [len(bag) for bag in bags])
        columns = np.array([t for bag in bags for t in bag])
        counts = np.array([c for bag in bags for c in bag.values()], float)
        found = np.bincount(columns, minlength=len(self._numbers))
        self._idf = np.log1p((len(bags) - found + 0.5) / (found + 0.5))
        weights = self._idf[columns] * counts * 2.2 / (counts + 1.2 * (0.25 + 0.75 * lengths[rows] / lengths.mean()))
        self._matrix = sparse.csr_matrix((weights, (columns, rows)), shape=(len(self._numbers), len(bags)))

    def _bag(self, text: str, *, grow: bool = False) -> Counter[int]:
        bag: Counter[int] = Counter()
        for term in terms(text):
            if grow or term in self._numbers:
                bag[self._numbers.setdefault(term, len(self._numbers))] += 1
        return bag

    def near(self, question: str, count: int) -> list[int]:
        """The numbers of the nearest pieces, best first."""
        wanted = list(self._bag(question))
        lexical = np.asarray(self._matrix[wanted].sum(0)).ravel() / max(self._idf[wanted].sum(), 1e-6)
        vector = self._vectors.of("query", question)
        asked_in_han = has_han(question)
        if asked_in_han != self._is_han:
            lexical = lexical * CROSS_LEXICAL
            vector = vector - language_shift() if asked_in_han else vector + language_shift()
            vector = vector / np.linalg.norm(vector)
        scores = LEXICAL_WEIGHT * lexical + DENSE_WEIGHT * (self._dense @ vector)
        best = np.argpartition(-scores, min(count, len(scores) - 1))[:count]
        return [int(i) for i in best[np.lexsort((best, -scores[best]))]]
