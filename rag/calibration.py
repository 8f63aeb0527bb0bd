"""The probability that an answer answers: a logistic model over a few numbers of its evidence.

`scripts/calibrate.py` fits the weights on questions with and without an answer (ChineseSquad and SQuAD 2.0), never on
the sets that measure.
"""

from __future__ import annotations

import math

from rag.evidence import Evidence
from rag.question import Question
from rag.records import Hit

#: Below this probability an answer is withheld.
THRESHOLD = 0.5
#: Intercept, then one weight for each of ``features``.
_INTERCEPT = -14.0
_WEIGHTS = (3.0, 3.0, 12.0, 0.7, 1.0)


def features(question: Question, hit: Hit, evidence: Evidence) -> tuple[float, ...]:
    """The model's inputs: the passage's lexical share, the sentence's coverage, the cosine, whether what was asked for is there, whether a kind was asked for."""
    wants = float(bool(question.units))
    return min(hit.lexical, 1.5), evidence.coverage, hit.dense, evidence.typed, wants


def confidence(question: Question, hit: Hit, evidence: Evidence) -> float:
    """The probability, 0 to 1, that the sentence answers the question."""
    score = _INTERCEPT + sum(w * f for w, f in zip(_WEIGHTS, features(question, hit, evidence), strict=True))
    return 1 / (1 + math.exp(-score))
