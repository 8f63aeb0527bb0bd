"""Evaluations on disk: save one, and compare a later one with it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag import measures
from rag.errors import InputError, SourceError, UsageError

if TYPE_CHECKING:
    from rag.evaluation_report import Outcome, Report

_FORMAT = 1
_HINT = "give a file that rag eval --save wrote for the same questions"
#: Measures compared, by our name and by ranx's.
_COMPARED = {"MRR@10": "mrr@10", "R@1": "hit_rate@1"}


def save(report: Report, path: Path) -> None:
    """Write the run; a file of that name is replaced whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    run = {
        "format": _FORMAT,
        "set": report.fingerprint,
        "file": report.questions,
        "fold": report.fold,
        "replaced_by": report.replaced_by,
        "questions": [_saved(outcome) for outcome in report.outcomes],
    }
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        try:
            with draft.open("w", encoding="utf-8") as file:
                json.dump(run, file, indent=1)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"the run cannot be saved ({error.strerror})", path=path, hint="choose another file for --save"
        ) from None


def compare(report: Report, path: Path) -> dict[str, Any]:
    """What changed against a saved run: the questions whose first relevant rank rose or fell, and whether that could be chance.

    Raises:
        SourceError: the file is no saved run, or one of other questions.
        UsageError: ranx, which tests for significance, is not installed.
    """
    saved = _read(path, report)
    now = {outcome.question.id: outcome for outcome in report.outcomes if outcome.question.answerable}
    ranks = {name: (saved[name], outcome.rank) for name, outcome in now.items()}
    changes = [
        (_worth(after) - _worth(before), {"id": name, "before": before, "after": after})
        for name, (before, after) in ranks.items()
    ]
    compared: dict[str, Any] = {
        "file": path.name,
        "better": [change for gain, change in changes if gain > 0],
        "worse": [change for gain, change in changes if gain < 0],
        "same": sum(gain == 0 for gain, _ in changes),
    }
    return compared | _significance(ranks)


def _saved(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.question.id,
        "ranked": [
            {
                "document": f.document,
                "line_start": f.span.line_start,
                "line_end": f.span.line_end,
                "char_start": f.span.char_start,
                "char_end": f.span.char_end,
                "score": f.score,
                "relevant": f.relevant,
            }
            for f in outcome.found
        ],
        "reciprocal_rank": round(measures.reciprocal_rank(outcome.hits), 6),
        "hit1": bool(measures.recall_at(outcome.hits, 1)),
        "contained": outcome.contained,
        "confidence": outcome.confidence,
    }


def _read(path: Path, report: Report) -> dict[str, int | None]:
    """The saved run: question id → rank of the first relevant one."""
    try:
        run = json.loads(path.read_bytes())
        if not isinstance(run, dict) or run["format"] != _FORMAT:
            raise ValueError
        same = run["set"] == report.fingerprint
        ranks = {
            question["id"]: measures.first_rank([found["relevant"] is True for found in question["ranked"]])
            for question in run["questions"]
        }
    except FileNotFoundError:
        raise SourceError("there is no such file", path=path, hint=_HINT) from None
    except OSError as error:
        raise SourceError(f"the file cannot be read ({error.strerror})", path=path, hint=_HINT) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise SourceError("this is no saved evaluation", path=path, hint=_HINT) from None
    if not same or set(ranks) != {outcome.question.id for outcome in report.outcomes}:
        raise SourceError("this is an evaluation of other questions", path=path, hint=_HINT)
    return ranks


def _significance(ranks: dict[str, tuple[int | None, int | None]]) -> dict[str, dict[str, float | None]]:
    """Each compared measure before and after, with the two-sided p of a paired t-test; None with fewer than two questions."""
    try:
        from ranx import Qrels, Run
        from ranx import compare as tested
    except ImportError:
        raise UsageError("comparing needs the package ranx", hint='pip install "transcript-rag[eval]"') from None
    if len(ranks) < 2:
        return {name: {"before": None, "after": None, "p": None} for name in _COMPARED}
    gold = Qrels({name: {"gold": 1} for name in ranks})
    # A run in which the only gold thing stands where the first relevant one stood has the same reciprocal rank and hits.
    before, after = (
        Run({name: _ranking(pair[place]) for name, pair in ranks.items()}, name=("before", "after")[place])
        for place in (0, 1)
    )
    found = tested(gold, [before, after], list(_COMPARED.values()), stat_test="student")
    compared = {}
    for name, theirs in _COMPARED.items():
        if all(_value(theirs, old) == _value(theirs, new) for old, new in ranks.values()):
            p = 1.0
        else:
            p = float(found.comparisons[frozenset(("before", "after"))][theirs]["p_value"])
        compared[name] = {
            "before": round(found.results["before"][theirs], 4),
            "after": round(found.results["after"][theirs], 4),
            "p": round(p, 4),
        }
    return compared


def _ranking(rank: int | None) -> dict[str, float]:
    ranking = {f"other{place}": 1 / place for place in range(1, 11) if place != rank}
    return ranking | ({"gold": 1 / rank} if rank else {})


def _value(measure: str, rank: int | None) -> float:
    return float(rank == 1) if measure == "hit_rate@1" else _worth(rank)


def _worth(rank: int | None) -> float:
    return 1 / rank if rank else 0.0
