"""Fits what the reader's answerability adds to the confidence of an answer: `calibration.READ`.

    python scripts/calibrate_reader.py held_out_zh.json held_out_en.json others_zh.json others_en.json \\
        --calls scripts/calls/tune PLAIN_DIR [--limit 250] [--of-call 50]

`reader_held_out.py` writes the files: articles that the reader was not trained on, with Chinese and with English questions,
and questions about other matters, asked of the same paragraphs. Calls are asked their own questions. The log-odds of the
first stage's confidence and of the passage's answerability go into a logistic model for passages in the question's
language and one for the others, questions weighed by ``SHARES``. An answer is right when its quotes hold an answer string.
Of every twenty questions ten fit and ten measure; what is printed at the end of each is fitted on all. Nothing is drawn at
random.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from reader_calls import calls
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rag import calibration, paragraph_index, pipeline, question_sets, reader
from rag.familiarity import familiarity
from rag.opened import OpenIndex
from rag.question_sets import Asked
from rag.second_stage import trained_reader
from rag.text import fold

#: Asked of articles: answered, about the matter but not answered, about another; asked of calls, answered and not.
#: A wrong answer costs more than a missing one, so that what is not answered counts more than it is asked.
SHARES = {"asked": 0.36, "impossible": 0.05, "others": 0.12, "call": 0.3, "call impossible": 0.17}


@dataclass(frozen=True, slots=True)
class Row:
    """One question: the log-odds of the first stage's confidence, alone and with the new order, the answerability of
    the passage that is quoted, and whether the answer is right."""

    kind: str
    same: bool
    first: float
    sure: float
    answers: float
    right: bool


def row(index: OpenIndex, asked: Asked, kind: str) -> Row:
    odds = []
    for reranker in (None, trained_reader()):
        question, ranked = pipeline.ranked(index, asked.text, reranker=reranker)
        entry, sentence = reader.best(question, ranked)
        known = familiarity(question, index.lexical, index.store)
        found = calibration.features(question, ranked, entry, sentence, known)
        sure = calibration.confidence(found, same_language=entry.same_language, is_elsewhere=known.is_elsewhere)
        odds.append(math.log(max(sure, 1e-9) / max(1 - sure, 1e-9)))
    quotes = pipeline.read(index, question, ranked).quotes
    texts = [index.store.document_of(q.row).transcript.text[q.start : q.end] for q in quotes]
    right = any(fold(answer) in fold(text) for answer in asked.answers for text in texts)
    assert entry.answers is not None, "what may be quoted has been read"
    return Row(kind, entry.same_language, *odds, entry.answers, right and kind in ("asked", "call"))


def rows(arguments: argparse.Namespace) -> Iterator[Row]:
    for path, other in (
        (arguments.chinese, arguments.others_chinese),
        (arguments.english, arguments.others_english),
    ):
        found = question_sets.read(path)
        index = paragraph_index.open_paragraphs(found.paragraphs or {}, path)
        for asked in found.questions[: arguments.limit]:
            yield row(index, asked, "asked" if asked.answerable else "impossible")
        for asked in question_sets.read(other).questions[: arguments.limit]:
            yield row(index, asked, "others")
    for folder in arguments.calls:
        for index, questions in calls(folder):
            for asked in questions[: arguments.of_call]:
                yield row(index, asked, "call" if asked.answerable else "call impossible")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("chinese", "english", "others_chinese", "others_english"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--calls", type=Path, nargs="+", default=[Path(__file__).parent / "calls" / "tune"])
    parser.add_argument("--limit", type=int, default=250, help="questions of each file")
    parser.add_argument("--of-call", type=int, default=None, help="questions of each call")
    arguments = parser.parse_args()
    asked = [*rows(arguments)]
    for same, label in ((True, "the passage's language"), (False, "another language")):
        report(label, [found for found in asked if found.same == same])


def report(label: str, asked: list[Row]) -> None:
    kinds = np.array([found.kind for found in asked])
    first, sure, answers, right = (
        np.array([getattr(found, name) for found in asked]) for name in ("first", "sure", "answers", "right")
    )
    weight = np.array([SHARES[kind] / np.mean(kinds == kind) for kind in kinds])
    numbers = np.stack([sure, answers], 1)
    rest = np.arange(len(kinds)) % 20 >= 10
    print(f"{label}: {len(kinds)} questions, {right.sum()} answered rightly")
    model = LogisticRegression(C=100).fit(numbers[~rest], right[~rest], sample_weight=weight[~rest])
    score = model.predict_proba(numbers)[:, 1]
    for part, chosen in (
        ("articles", ~np.char.startswith(kinds, "call")),
        ("calls", np.char.startswith(kinds, "call")),
    ):
        known = rest & chosen & (kinds != "others")
        print(f"  {part}, on the other half, AUROC of right answers, of answerable questions:")
        for name, by in (("first stage", first), ("new order", sure), ("reader", answers), ("both", score)):
            of_right = roc_auc_score(right[rest & chosen], by[rest & chosen])
            answerable = np.isin(kinds[known], ("asked", "call"))
            print(f"    {name} {of_right:.3f} {roc_auc_score(answerable, by[known]):.3f}")
    model.fit(numbers, right, sample_weight=weight)
    score = model.predict_proba(numbers)[:, 1]
    print(f"  READ ({model.intercept_[0]:.3f}, {model.coef_[0][0]:.3f}, {model.coef_[0][1]:.3f})")
    for threshold in (0.25, 0.3, calibration.THRESHOLD, 0.4, 0.5):
        shares = (
            f"{kind} {np.mean(1 / (1 + np.exp(-first[kinds == kind])) >= threshold):.2f} → "
            f"{np.mean(score[kinds == kind] >= threshold):.2f}"
            for kind in SHARES
            if (kinds == kind).any()
        )
        print(f"  {threshold}: answered {', '.join(shares)}")


if __name__ == "__main__":
    main()
