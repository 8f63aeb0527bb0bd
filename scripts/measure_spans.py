"""Measures the words that the reader takes for the answer, with the gold paragraph given: exact match and F1.

    python scripts/measure_spans.py cmrc_dev.json [--limit 500]

The set is CMRC 2018 dev (HFL, CC BY-SA 4.0). As in its own evaluation (Cui et al. 2019, "A Span-Extraction Dataset for
Chinese Machine Reading Comprehension") a Han character is a token, punctuation is none, F1 is that of the longest common
run, and the best of the right answers counts. A paragraph is read in the product's passages; of their answers the likeliest
counts whose passage the reader thinks to answer. Last, both for the answers of at least a probability: which is worth
showing?
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np

from rag import paragraph_index, question_sets
from rag.cross_encoder import Pair
from rag.judged import Judged
from rag.opened import OpenIndex
from rag.second_stage import trained_reader
from rag.text import fold

_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff_]+")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--limit", type=int, default=None, help="so many questions, spread evenly over the set")
    arguments = parser.parse_args()
    found = question_sets.read(arguments.squad)
    index = paragraph_index.open_paragraphs(found.paragraphs or {}, found.path)
    passages = own_passages(index)
    asked = [question for question in found.questions if question.answerable and question.document in passages]
    count = min(arguments.limit or len(asked), len(asked))
    rows = []
    for question in (asked[place * len(asked) // count] for place in range(count)):
        texts = passages[question.document or ""]
        text, judged = max(
            zip(texts, trained_reader().judge([Pair(question.text, text) for text in texts]), strict=True),
            key=lambda read: _sureness(read[1]),
        )
        start, end, probability = judged.answer() or (0, 0, 0.0)
        scores = [score(text[start:end], answer) for answer in question.answers]
        rows.append((probability, max(exact for exact, _ in scores), max(f1 for _, f1 in scores)))
    probabilities, exact, f1 = np.array(rows).T
    print(f"{count:,} questions, gold paragraph given: EM {100 * exact.mean():.1f}, F1 {100 * f1.mean():.1f}")
    for least in (0.05, 0.1, 0.2, 0.3, 0.5):
        shown = probabilities >= least
        if shown.any():
            print(
                f"  of probability {least} and more: {100 * shown.mean():.0f} % of them, EM {100 * exact[shown].mean():.1f}, "
                f"F1 {100 * f1[shown].mean():.1f}, nothing in common {100 * np.mean(f1[shown] == 0):.1f} %"
            )


def own_passages(index: OpenIndex) -> dict[str, list[str]]:
    """The texts of each document's passages."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in range(len(index.store)):
        passage = index.store.passage(row)
        found[passage.document].append(passage.text)
    return found


def _sureness(judged: Judged) -> float:
    answer = judged.answer()
    return (judged.answers or 0.0) + float(np.log(max(answer[2] if answer else 0.0, 1e-9)))


def score(given: str, right: str) -> tuple[float, float]:
    """Exact match and F1 of an answer, each 0 to 1."""
    ours, theirs = _TOKEN.findall(fold(given)), _TOKEN.findall(fold(right))
    common = SequenceMatcher(None, ours, theirs, autojunk=False).find_longest_match().size
    return float(ours == theirs), 2 * common / max(len(ours) + len(theirs), 1)


if __name__ == "__main__":
    main()
