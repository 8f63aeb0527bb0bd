"""What came back for each question → the numbers and the misses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rag import calibration, measures
from rag.measures import mean
from rag.question_sets import Asked
from rag.records import Span


@dataclass(frozen=True, slots=True)
class Found:
    """Something found, a passage or (as its best passage) a document."""

    document: str
    span: Span
    score: float
    relevant: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back for one question.

    Args:
        found: the first ten, best first.
        relevant: how many relevant things the index has.
        answered: whether the answer's confidence reached the threshold.
        quotes: what is quoted, or would be if the confidence did not matter.
        gold: for each quote, whether it is of a gold line.
        exact: how many quotes equal their span in the source.
        sentences: how many sentences the quotes have together.
    """

    question: Asked
    found: tuple[Found, ...]
    relevant: int
    confidence: float
    answered: bool
    quotes: tuple[str, ...]
    gold: tuple[bool, ...]
    exact: int
    sentences: int

    @property
    def hits(self) -> list[bool]:
        return [found.relevant for found in self.found]

    @property
    def rank(self) -> int | None:
        return measures.first_rank(self.hits)

    @property
    def contained(self) -> bool | None:
        """Whether the quotes, whatever the confidence, contain an answer; None where the set names none to an answerable question."""
        if self.question.answerable and not self.question.answers:
            return None
        return self.question.answerable and measures.contains(self.quotes, self.question.answers)


@dataclass(frozen=True)
class Report:
    """An evaluation. ``left_out`` counts the questions whose paragraph is no text."""

    questions: str
    fold: str
    replaced_by: str | None
    model: str
    documents: int
    passages: int
    left_out: int
    outcomes: tuple[Outcome, ...]

    @cached_property
    def fingerprint(self) -> str:
        """Which questions these are and what is gold for them; their wording may differ, so that wordings can be compared."""
        gold = [
            (q.id, q.answerable, q.document, sorted(q.lines), q.answers)
            for q in (outcome.question for outcome in self.outcomes)
        ]
        return hashlib.sha256(json.dumps(gold).encode()).hexdigest()[:16]

    @cached_property
    def numbers(self) -> dict[str, Any]:
        """All measures; a share of nothing is None.

        R@k, MRR@10, nDCG@10 are over the answerable questions. ``containment`` and ``citation_recall`` (a gold line among
        the citations) count an abstention as a failure. ``citation_precision``, ``first_citation_gold``, ``exact_quotes``
        and the lengths are over the answers given, those to unanswerable questions included.
        """
        answerable = [o for o in self.outcomes if o.question.answerable]
        unanswerable = [o for o in self.outcomes if not o.question.answerable]
        given = [o for o in self.outcomes if o.answered]
        judged = [(o.confidence, not o.contained) for o in self.outcomes if o.contained is not None]
        points, area = measures.risk_coverage(judged)
        numbers = {
            **{f"R@{k}": mean(measures.recall_at(o.hits, k) for o in answerable) for k in (1, 5, 10)},
            "MRR@10": mean(measures.reciprocal_rank(o.hits) for o in answerable),
            "nDCG@10": mean(measures.ndcg(o.hits, o.relevant) for o in answerable),
            "containment": _containment(answerable),
            "containment_unthresholded": mean(o.contained for o in answerable if o.contained is not None),
            "citation_precision": mean(is_gold for o in given for is_gold in o.gold),
            "citation_recall": mean(o.answered and any(o.gold) for o in answerable),
            "first_citation_gold": mean(o.gold[0] for o in given),
            "exact_quotes": _ratio(sum(o.exact for o in self.outcomes), sum(len(o.quotes) for o in self.outcomes)),
            "abstention_unanswerable": mean(not o.answered for o in unanswerable),
            "abstention_answerable": mean(not o.answered for o in answerable),
            "quoted_characters": mean(sum(map(len, o.quotes)) for o in given),
            "quoted_sentences": mean(o.sentences for o in given),
            "AURC": area,
        }
        rounded = {name: None if value is None else round(value, 4) for name, value in numbers.items()}
        curve = [{name: round(value, 4) for name, value in point._asdict().items()} for point in points]
        return rounded | {
            "risk_coverage": curve,
            "by_lang": self._by(lambda q: q.lang),
            "by_type": self._by(lambda q: q.type),
        }

    def misses(self) -> Iterator[dict[str, Any]]:
        """What went wrong, in the order of the questions; one question may miss in more than one way."""
        for outcome in self.outcomes:
            kinds = []
            if outcome.question.answerable:
                kinds += ["not ranked first"] if outcome.rank != 1 else []
                kinds += (
                    ["wrongly abstained"]
                    if not outcome.answered
                    else ["not contained"]
                    if outcome.contained is False
                    else []
                )
            elif outcome.answered:
                kinds.append("wrongly answered")
            for kind in kinds:
                yield {
                    "id": outcome.question.id,
                    "question": outcome.question.text,
                    "kind": kind,
                    "rank": outcome.rank,
                    "confidence": outcome.confidence,
                    "quoted": list(outcome.quotes),
                }

    def as_json(self) -> dict[str, Any]:
        answerable = sum(o.question.answerable for o in self.outcomes)
        facts = {
            "file": self.questions,
            "fold": self.fold,
            "replaced_by": self.replaced_by,
            "questions": len(self.outcomes),
            "answerable": answerable,
            "unanswerable": len(self.outcomes) - answerable,
            "left_out": self.left_out,
            "documents": self.documents,
            "passages": self.passages,
            "model": self.model,
            "threshold": calibration.THRESHOLD,
        }
        return facts | self.numbers | {"misses": list(self.misses())}

    def _by(self, key: Callable[[Asked], str | None]) -> dict[str, dict[str, Any]]:
        groups: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            if (name := key(outcome.question)) is not None and outcome.question.answerable:
                groups.setdefault(name, []).append(outcome)
        return {
            name: {
                "questions": len(group),
                "R@1": _rounded(mean(measures.recall_at(o.hits, 1) for o in group)),
                "containment": _rounded(_containment(group)),
            }
            for name, group in sorted(groups.items())
        }


def _containment(answerable: Iterable[Outcome]) -> float | None:
    return mean(o.answered and o.contained for o in answerable if o.contained is not None)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
