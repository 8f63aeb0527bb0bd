"""Measures search and answers on questions about many calls, each call asked alone.

    python scripts/evaluate_calls.py scripts/calls/test --transcripts ECTSUM_DIR [--fast] [--reader reader.safetensors]

The folder has questions, NAME.jsonl, and calls, NAME.txt; of a call that is not there the text is looked for in
--transcripts (ECTSum's test split: Mukherjee et al. 2022), and left out if there is none. Prints, over all questions and by
the languages of question and call: R@1 and MRR@10; of those that are answered in the call how many get an answer, how many
have an answer string in the quotes, and in the first quote; the share of citations that are gold; how many unanswerable
ones are refused; and the AUROC of the confidence, answerable or not.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from functools import partial
from pathlib import Path

from sklearn.metrics import roc_auc_score

from rag import builder, evaluation, measures, pipeline
from rag.evaluation_report import Outcome
from rag.measures import mean
from rag.second_stage import Reranker, TrainedReader, trained_reader
from rag.text import fold, has_han, is_mostly_han


def outcomes(questions: Path, transcript: Path, reranker: Reranker | None) -> tuple[Outcome, ...]:
    """What comes back for the questions of one call."""
    with tempfile.TemporaryDirectory() as folder:
        builder.build(Path(folder), [transcript])
        return evaluation.evaluate(questions, partial(pipeline.open_index, Path(folder)), reranker=reranker).outcomes


def describe(found: list[Outcome]) -> str:
    """One line of figures."""
    answerable = [o for o in found if o.question.answerable]
    others = [o for o in found if not o.question.answerable]
    given = [o for o in found if o.answered]
    shares = {
        "R@1": mean(measures.recall_at(o.hits, 1) for o in answerable),
        "MRR@10": mean(measures.reciprocal_rank(o.hits) for o in answerable),
        "answered": mean(o.answered for o in answerable),
        "contained": mean(o.answered and bool(o.contained) for o in answerable),
        "in the first": mean(o.answered and measures.contains(o.quotes[:1], o.question.answers) for o in answerable),
        "whatever the confidence": mean(bool(o.contained) for o in answerable),
        "precision": mean(gold for o in given for gold in o.gold),
        "refused of unanswerable": mean(not o.answered for o in others),
    }
    if answerable and others:
        known = [o.question.answerable for o in found]
        shares["AUROC"] = float(roc_auc_score(known, [o.confidence for o in found]))
    named = ", ".join(f"{name} {value:.3f}" for name, value in shares.items() if value is not None)
    return f"{len(answerable)} answerable, {len(others)} not: {named}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("calls", type=Path)
    parser.add_argument("--transcripts", type=Path, default=None, help="where the texts lie that are not in the folder")
    parser.add_argument("--fast", action="store_true", help="without the second stage")
    parser.add_argument("--reader", type=Path, default=None, help="other weights than those that ship")
    arguments = parser.parse_args()
    reranker = None if arguments.fast else TrainedReader(arguments.reader) if arguments.reader else trained_reader()
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for questions in sorted(arguments.calls.glob("*.jsonl")):
        places = [folder / f"{questions.stem}.txt" for folder in (arguments.calls, arguments.transcripts) if folder]
        transcript = next((place for place in places if place.exists()), None)
        if transcript is None:
            print(f"left out: there is no {questions.stem}.txt")
            continue
        told = "Chinese" if is_mostly_han(transcript.read_text(encoding="utf-8")) else "English"
        for outcome in outcomes(questions, transcript, reranker):
            asked = "Chinese" if has_han(fold(outcome.question.text)) else "English"
            groups["all"].append(outcome)
            groups[f"{asked} on {told}"].append(outcome)
    for name, found in groups.items():
        print(f"{name}: {describe(found)}")


if __name__ == "__main__":
    main()
