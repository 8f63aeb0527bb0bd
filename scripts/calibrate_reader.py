"""Fits what the reader's answerability adds to the confidence of an answer: `calibration.READ`.

    python scripts/calibrate_reader.py held_out_zh.json held_out_en.json others_zh.json others_en.json [--limit 250]

`reader_held_out.py` writes these: articles that the reader was not trained on, with Chinese and with English questions,
and questions about other matters, asked of the same paragraphs. The log-odds of the first stage's confidence and of the
reader's best answerability go into a logistic model for each language, asked questions weighed by ``SHARES``. An answer
is right when its quotes hold an answer string. Of every twenty questions ten fit and ten measure; what is printed at the
end of each is fitted on all; of these `calibration.READ` takes the passage's own language. Nothing is drawn at random.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rag import calibration, paragraph_index, pipeline, question_sets, reader
from rag.familiarity import familiarity
from rag.opened import OpenIndex
from rag.question_sets import Asked
from rag.second_stage import trained_reader
from rag.text import fold

SHARES = {"asked": 0.8, "impossible": 0.1, "others": 0.1}


def row(index: OpenIndex, asked: Asked) -> tuple[float, float, float, float, bool]:
    """Log-odds of the first stage alone and after the new order, the best passages' answerability, whether it is right."""
    numbers = []
    for reranker in (None, trained_reader()):
        question, ranked = pipeline.ranked(index, asked.text, reranker=reranker)
        entry, sentence = reader.best(question, ranked)
        known = familiarity(question, index.lexical, index.store)
        found = calibration.features(question, ranked, entry, sentence, known)
        sure = calibration.confidence(found, same_language=entry.same_language, is_elsewhere=known.is_elsewhere)
        numbers.append(math.log(max(sure, 1e-9) / max(1 - sure, 1e-9)))
    answers = [e.answers for e in ranked if e.answers is not None]
    quotes = reader.read(question, ranked, index.store, known).quotes
    texts = [index.store.document_of(q.row).transcript.text[q.start : q.end] for q in quotes]
    right = any(fold(answer) in fold(text) for answer in asked.answers for text in texts)
    assert entry.answers is not None
    return numbers[0], numbers[1], max(answers), entry.answers, right and asked.answerable


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("chinese", "english", "others_chinese", "others_english"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--limit", type=int, default=250, help="questions of each file")
    arguments = parser.parse_args()
    for label, path, other in (
        ("same", arguments.chinese, arguments.others_chinese),
        ("cross", arguments.english, arguments.others_english),
    ):
        found = question_sets.read(path)
        index = paragraph_index.open_paragraphs(found.paragraphs or {}, path)
        asked = [("asked" if a.answerable else "impossible", a) for a in found.questions[: arguments.limit]]
        asked += [("others", a) for a in question_sets.read(other).questions[: arguments.limit]]
        kinds = np.array([kind for kind, _ in asked])
        first, sure, best, own, right = (np.array(c) for c in zip(*(row(index, a) for _, a in asked), strict=True))
        right = right & (kinds == "asked")
        weight = np.array([SHARES[kind] / np.mean(kinds == kind) for kind in kinds])
        half = np.arange(len(kinds)) % 20 < 10
        print(f"{label}: {len(kinds)} questions, {right.sum()} answered rightly")
        for name, answers in (("best", best), ("own", own)):
            numbers = np.stack([sure, answers], 1)
            model = LogisticRegression(C=100).fit(numbers[half], right[half], sample_weight=weight[half])
            score = model.predict_proba(numbers)[:, 1]
            rest = ~half
            print(f"  with the {name} passage's answerability, on the other half, AUROC of right answers: ", end="")
            print(
                ", ".join(
                    f"{n} {roc_auc_score(right[rest], x[rest]):.3f}"
                    for n, x in (("first stage", first), ("new order", sure), ("reader", answers), ("both", score))
                )
            )
            known = rest & (kinds != "others")
            print(
                f"    of answerable questions: {roc_auc_score(kinds[known] == 'asked', first[known]):.3f} → "
                f"{roc_auc_score(kinds[known] == 'asked', score[known]):.3f}"
            )
            model.fit(numbers, right, sample_weight=weight)
            score = model.predict_proba(numbers)[:, 1]
            print(f"    {label}: READ = ({model.intercept_[0]:.3f}, {model.coef_[0][0]:.3f}, {model.coef_[0][1]:.3f})")
            for threshold in (0.3, calibration.THRESHOLD, 0.4, 0.5, 0.6):
                print(
                    f"    {threshold}: answered "
                    + ", ".join(
                        f"{kind} {np.mean(1 / (1 + np.exp(-first[kinds == kind])) >= threshold):.2f} → "
                        f"{np.mean(score[kinds == kind] >= threshold):.2f}"
                        for kind in SHARES
                        if (kinds == kind).any()
                    )
                )


if __name__ == "__main__":
    main()
