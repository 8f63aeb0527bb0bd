"""Measures a question in a process that is warm: end to end, its embedding, and all the rest, without and with the second stage.

    python scripts/measure_warm.py drcd_dev.json [--questions 200]

Any SQuAD file does; its paragraphs are indexed in the cache folder. DRCD (Delta Research Center, CC BY-SA 3.0) has a
thousand.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from rag import paragraph_index, pipeline, question_sets
from rag.second_stage import TrainedReader
from rag.text import cased

#: What is timed, by name.
Runs = dict[str, Callable[[str], object]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--questions", type=int, default=200)
    arguments = parser.parse_args()
    found = question_sets.read(arguments.squad)
    index = paragraph_index.open_paragraphs(found.paragraphs or {}, found.path)
    step = max(1, len(found.questions) // arguments.questions)
    questions = [asked.text for asked in found.questions[::step]][: arguments.questions]
    reader = TrainedReader()
    first: Runs = {
        "embedding": lambda q: index.encoder.query(cased(q)),
        "rag ask --fast": lambda q: pipeline.ask(index, q),
    }
    # The second stage on its own: its weights take the place of all else in the processor's caches.
    times = _timed(first, questions) | _timed({"rag ask": lambda q: pipeline.ask(index, q, reranker=reader)}, questions)
    rest = [fast - embedding for fast, embedding in zip(times["rag ask --fast"], times["embedding"], strict=True)]
    print(
        f"{len(questions)} questions on {index.manifest.documents:,} paragraphs, {len(index.store):,} passages; median ms"
    )
    for name, each in {**times, "rag ask --fast without the embedding": rest}.items():
        print(f"{name:38} {statistics.median(each):7.1f}")
    print(
        f"the rest takes {statistics.median(rest) / statistics.median(times['embedding']):.2f} of the embedding's time"
    )


def _timed(runs: Runs, questions: list[str]) -> dict[str, list[float]]:
    """Each question's time in each run, ms; the first question is asked once more before all."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run(questions[0])
    for question in questions:
        for name, run in runs.items():
            start = time.perf_counter()
            run(question)
            times[name].append(1000 * (time.perf_counter() - start))
    return times


if __name__ == "__main__":
    main()
