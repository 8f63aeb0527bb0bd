"""Measures how well a question that the text answers is told from one that people wrote to look so: AUROC.

    python scripts/measure_answerability.py held_out_squad.json [--limit 300]

The set is of SQuAD 2.0 in Chinese translation (ChineseSquad, CC BY-SA 4.0), articles that the reader was not trained on:
`reader_held_out.py` writes it. A question is asked of its own paragraph alone, as in SQuAD, of whose passages the one
counts that the reader thinks likeliest to answer; and of all paragraphs of the file at once, as the product asks. There
the confidence of `rag ask --fast` and of `rag ask` are given as well. Beside each the standard error of Hanley and McNeil
(1982), "The meaning and use of the area under a receiver operating characteristic (ROC) curve".
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from measure_spans import own_passages
from sklearn.metrics import roc_auc_score

from rag import paragraph_index, pipeline, question_sets
from rag.cross_encoder import Pair
from rag.second_stage import trained_reader


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--limit", type=int, default=None, help="only the first so many questions")
    arguments = parser.parse_args()
    found = question_sets.read(arguments.squad)
    index = paragraph_index.open_paragraphs(found.paragraphs or {}, found.path)
    passages = own_passages(index)
    asked = [question for question in found.questions if question.document in passages][: arguments.limit]
    known = np.array([question.answerable for question in asked])
    print(f"{len(known):,} questions, {known.sum():,} of them answered")
    own, best, fast, full = [], [], [], []
    for question in asked:
        texts = passages[question.document or ""]
        own.append(max(read.answers or 0.0 for read in trained_reader().judge([Pair(question.text, t) for t in texts])))
        fast.append(pipeline.ask(index, question.text).confidence)
        analysed, ranked = pipeline.ranked(index, question.text, reranker=trained_reader())
        best.append(max(entry.answers for entry in ranked if entry.answers is not None))
        full.append(pipeline.read(index, analysed, ranked).confidence)
    for name, scores in (
        ("own paragraph, reader", own),
        ("all paragraphs, reader", best),
        ("all paragraphs, rag ask --fast", fast),
        ("all paragraphs, rag ask", full),
    ):
        area = float(roc_auc_score(known, scores))
        print(f"  {name}: {area:.3f} ± {error(area, int(known.sum()), int((~known).sum())):.3f}")


def error(area: float, positive: int, negative: int) -> float:
    """The standard error of an area under the curve."""
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (positive - 1) * (q1 - area**2) + (negative - 1) * (q2 - area**2)
    return float(np.sqrt(spread / (positive * negative)))


if __name__ == "__main__":
    main()
