"""The measures, as pure functions of what was found.

``relevant`` is, best first, whether each thing found is relevant. Recall at k is the share of questions with something
relevant among the first k; it does not ask for all that is relevant, since one passage is enough to answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rag.text import fold

#: A risk-coverage curve has at most so many points.
_POINTS = 21


class Point(NamedTuple):
    """Answering what has at least ``threshold``: the share of questions answered, and the share of those answered wrongly."""

    threshold: float
    coverage: float
    risk: float


def mean(values: Iterable[float]) -> float | None:
    """The mean; None of nothing."""
    found = list(values)
    return math.fsum(found) / len(found) if found else None


def first_rank(relevant: Sequence[bool], depth: int = 10) -> int | None:
    """The rank, from 1, of the first relevant one; None if there is none down to ``depth``."""
    return next((rank for rank, is_relevant in enumerate(relevant[:depth], 1) if is_relevant), None)


def recall_at(relevant: Sequence[bool], k: int) -> float:
    """1 if something relevant is among the first k, else 0."""
    return float(any(relevant[:k]))


def reciprocal_rank(relevant: Sequence[bool], depth: int = 10) -> float:
    rank = first_rank(relevant, depth)
    return 1 / rank if rank else 0.0


def ndcg(relevant: Sequence[bool], total: int, depth: int = 10) -> float:
    """Normalised discounted cumulative gain with gains of 0 and 1.

    Args:
        total: how many relevant things there are to be found: the ideal list has the first min(total, depth) of them on
            top. With none there is nothing to gain: 0.
    """
    ideal = math.fsum(_discount(rank) for rank in range(1, min(total, depth) + 1))
    gained = math.fsum(_discount(rank) for rank, is_relevant in enumerate(relevant[:depth], 1) if is_relevant)
    return gained / ideal if ideal else 0.0


def contains(quotes: Iterable[str], answers: Iterable[str]) -> bool:
    """Whether one of the answers stands in one of the quotes, whatever the width, script (Traditional, Simplified), case and white space."""
    squeezed = [_squeezed(quote) for quote in quotes]
    wanted = [_squeezed(answer) for answer in answers]
    return any(answer in quote for answer in wanted if answer for quote in squeezed)


def risk_coverage(answers: Iterable[tuple[float, bool]]) -> tuple[list[Point], float | None]:
    """The risk-coverage curve over confidence, and the area under it (AURC: the mean risk over all coverages; 0 is best).

    Equal confidences cannot be told apart: they are answered together, and inside such a group errors count as spread
    evenly, so that the area does not hang on the order of the questions.

    Args:
        answers: for each question the confidence of its answer, and whether that is wrong.
    """
    groups: dict[float, list[bool]] = {}
    for confidence, wrong in answers:
        groups.setdefault(confidence, []).append(wrong)
    total = sum(map(len, groups.values()))
    if not total:
        return [], None
    points: list[Point] = []
    risks: list[float] = []
    answered, errors = 0, 0
    for confidence in sorted(groups, reverse=True):
        group = groups[confidence]
        share = sum(group) / len(group)
        risks.extend((errors + place * share) / (answered + place) for place in range(1, len(group) + 1))
        answered += len(group)
        errors += sum(group)
        points.append(Point(confidence, answered / total, errors / answered))
    if len(points) > _POINTS:
        points = [points[round(place * (len(points) - 1) / (_POINTS - 1))] for place in range(_POINTS)]
    return points, math.fsum(risks) / total


def _discount(rank: int) -> float:
    return 1 / math.log2(rank + 1)


def _squeezed(text: str) -> str:
    return "".join(fold(text).split())
