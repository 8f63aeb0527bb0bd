"""The probability that an answer answers: a logistic model over a few numbers of its evidence.

`scripts/calibrate.py` fits the weights in `data/calibration.json` on questions with and without an answer (SQuAD 2.0 and
its translation ChineseSquad), never on the sets that measure. Questions in the passage's language and in the other have
a model each: their numbers are not comparable.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from rag.familiarity import Familiarity
from rag.question import Question
from rag.ranker import Ranked, Sentence

#: Below this probability an answer is withheld.
THRESHOLD = 0.34
#: What it does to the log-odds that the question names a company, person, product or quarter that the index nowhere names, or
#: asks for the figure of a period that the passage does not speak of.
#: Set, not fitted: the questions that the model is fitted on name none.
ELSEWHERE = -5.0
#: And that a figure is asked for and the sentence has no word of its metric: less, as people ask in other words than the
#: call's. Set, not fitted.
UNLIKE = -2.0
#: Where the second stage has read the passages, in the question's language and in another: a constant, what the log-odds of
#: the model count, and what the second stage's own log-odds count. `scripts/calibrate_reader.py` fits them on articles and
#: calls kept from training.
READ = {"same": (0.063, 0.537, 0.557), "cross": (-0.361, 0.495, 0.241)}
#: What the model sees, in the order of its weights.
FEATURES = (
    "lexical",  # the passage's share of a full lexical match
    "coverage",  # the sentence's share of the question's content
    "dense",  # cosine of question and passage
    "cosine",  # cosine of question and the sentence's segment
    "typed",  # whether the kind of thing asked for stands there
    "untyped",  # 1 when a figure is wanted and none stands there
    "known",  # share of the question's content that the index knows at all
    "unknown",  # 1 when it speaks of a name that the index does not have
    "absent",  # 1 when it speaks of a term of the trade that the index has in no form of either language
    "margin",  # how far the best passage stands out from those behind the fourth, up to the tenth
)


def features(
    question: Question, ranked: list[Ranked], entry: Ranked, sentence: Sentence, familiarity: Familiarity
) -> tuple[float, ...]:
    """The numbers of one answer, in the order of ``FEATURES``."""
    evidence = sentence.evidence
    rest = [other.hit.score for other in ranked[4:10]]
    margin = entry.hit.score - float(np.mean(rest)) if rest else 0.5
    untyped = float(bool(question.units) and evidence.typed == 0)
    return (
        min(entry.hit.lexical, 1.5),
        evidence.coverage,
        entry.hit.dense,
        sentence.cosine,
        evidence.typed,
        untyped,
        familiarity.known,
        float(familiarity.unknown_name),
        float(familiarity.absent_term),
        min(margin, 1.0),
    )


def confidence(
    numbers: tuple[float, ...],
    *,
    same_language: bool,
    is_elsewhere: bool,
    is_unlike: bool = False,
    answers: float | None = None,
) -> float:
    """The probability, 0 to 1, that an answer with these features answers the question.

    Args:
        is_elsewhere: whether the question speaks of what the index does not (`Familiarity.is_elsewhere`), or the passage.
        is_unlike: whether the sentence has no word of the metric that is asked for.
        answers: the second stage's log-odds that the passage answers; None if it has not read it.
    """
    language = "same" if same_language else "cross"
    model = _models()[language]
    score = model["intercept"] + sum(
        # A feature that the model was not fitted with has no say.
        model["weights"].get(name, 0.0) * number
        for name, number in zip(FEATURES, numbers, strict=True)
    )
    if is_elsewhere:
        score += ELSEWHERE
    if is_unlike:
        score += UNLIKE
    if answers is not None:
        constant, ours, theirs = READ[language]
        score = constant + ours * score + theirs * answers
    return 1 / (1 + math.exp(-score))


@cache
def _models() -> dict[str, dict[str, Any]]:
    models: dict[str, dict[str, Any]] = json.loads(
        files("rag").joinpath("data/calibration.json").read_text(encoding="utf-8")
    )
    return models
