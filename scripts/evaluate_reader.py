"""Measures what the trained reader adds to the first stage: order of the passages, choice of the sentence.

    python scripts/evaluate_reader.py rag/data/reader.safetensors --tune held_out_zh.json held_out_en.json \\
        --calls scripts/calls/tune --sets cmrc_dev.json xquad_zh.json xquad_zh.json+xquad_en.json xquad_en.json+xquad_zh.json \\
        --questions QUESTIONS.jsonl --transcript CALL.txt --limit 250

A + B asks B's questions, by id, on A's paragraphs. The reader runs as the product runs it. A passage's score is the first
stage's plus a weight times the reader's relevance, a sentence's the score that `rag ask` gives it plus a weight times how
likely the reader sees the answer there. Prints for --tune (`reader_held_out.py` writes those files) and --calls MRR and right
sentences by weight, apart for questions in the passages' language and in the other; and for all sets, with the weights
that ship, before and after: R@1, MRR@10 with the two-sided p of a paired t-test on reciprocal ranks, and whether the best
sentence holds an answer string with McNemar's exact p. Nothing is drawn at random. What answers at all is for
`measure_answerability.py`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import warnings
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from reader_calls import calls
from scipy.stats import binomtest, ttest_rel

from rag import builder, paragraph_index, pipeline, question_sets, reader, second_stage
from rag.exchanges import words_before
from rag.opened import OpenIndex
from rag.question_sets import Asked
from rag.second_stage import TrainedReader
from rag.text import fold

WEIGHTS = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.35, 0.6, 1.0)
SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2.0)

#: A passage's and a sentence's weight.
Pair = tuple[float, float]
#: By whether question and passage share a language.
SHIPPED: dict[bool, Pair] = {
    True: (TrainedReader.same.relevance, TrainedReader.same.share),
    False: (TrainedReader.cross.relevance, TrainedReader.cross.share),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that was found. ``sentences`` are the score beside the passage's own, how likely the reader sees the answer
    there, whether an answer string stands in it."""

    key: str
    gold: bool
    first: float
    relevance: float
    sentences: list[tuple[float, float, bool]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A question's candidates, best of the first stage first."""

    candidates: list[Candidate]
    answerable: bool
    same: bool

    def order(self, weight: float) -> list[tuple[float, Candidate]]:
        scored = [(c.first + weight * c.relevance, c) for c in self.candidates]
        return sorted(scored, key=lambda s: -s[0])

    def reciprocal_rank(self, weight: float) -> float:
        seen = list(dict.fromkeys((c.key, c.gold) for _, c in self.order(weight)))
        return next((1 / rank for rank, (_, gold) in enumerate(seen[:10], 1) if gold), 0.0)

    def is_right(self, pair: Pair) -> bool:
        """Whether the best sentence of the best passages holds an answer string."""
        weight, share = pair
        found = [
            (score + base + share * seen, right)
            for score, c in self.order(weight)[: reader._PASSAGES]
            for base, seen, right in c.sentences
        ]
        return bool(found) and max(found, key=lambda f: f[0])[1]


def judge(index: OpenIndex, asked: Asked, encoder: TrainedReader, *, by_document: bool) -> tuple[Judged, float]:
    """The question judged, and the seconds that the reader took."""
    depth = second_stage.depth(pipeline.understood(index, asked.text))
    question, ranked = pipeline.ranked(index, asked.text, count=depth, depth=depth)
    began = time.perf_counter()
    read = second_stage.judge(question, ranked, encoder, partial(words_before, store=index.store))
    took = time.perf_counter() - began
    mean = float(np.mean([found.relevance for found in read]))
    wanted = [fold(answer) for answer in asked.answers]
    candidates = []
    for entry, found, chance in zip(ranked, read, second_stage.chances(read), strict=True):
        passage = entry.hit.passage
        begin = passage.span.char_start
        sentences = [
            (
                reader._score(question, entry, s) - entry.hit.score,
                chance * found.share(s.start - begin, s.end - begin),
                any(answer in fold(passage.text[s.start - begin : s.end - begin]) for answer in wanted),
            )
            for s in entry.sentences
        ]
        key = passage.document if by_document else passage.id
        gold = asked.answered_by(passage.document, passage.span)
        candidates.append(Candidate(key, gold, entry.hit.score, found.relevance - mean, sentences))
    same = sum(entry.same_language for entry in ranked) * 2 >= len(ranked)
    return Judged(candidates, asked.answerable, same), took


def judge_set(named: str, encoder: TrainedReader, limit: int | None) -> list[Judged]:
    """A SQuAD file, or two joined by +."""
    base, _, other = named.partition("+")
    found = question_sets.read(Path(base), other=Path(other) if other else None)
    index = paragraph_index.open_paragraphs(found.paragraphs or {}, found.path)
    return _all(index, found.questions[:limit], encoder, by_document=True)


def judge_calls(folder: Path, encoder: TrainedReader) -> list[Judged]:
    """The calls of a folder, each asked its own questions."""
    return [
        judged
        for index, questions in calls(folder)
        for judged in _all(index, tuple(questions), encoder, by_document=False)
    ]


def judge_transcript(questions: Path, transcript: Path, encoder: TrainedReader) -> list[Judged]:
    with tempfile.TemporaryDirectory() as folder:
        builder.build(Path(folder), [transcript])
        index = pipeline.open_index(Path(folder))
        return _all(index, question_sets.read(questions).questions, encoder, by_document=False)


def _all(index: OpenIndex, questions: tuple[Asked, ...], encoder: TrainedReader, *, by_document: bool) -> list[Judged]:
    judged, seconds = zip(*(judge(index, asked, encoder, by_document=by_document) for asked in questions), strict=True)
    print(f"  the reader's time a question: median {np.median(seconds):.3f} s", flush=True)
    return list(judged)


def curves(judged: list[Judged], weight: float) -> None:
    """MRR by the passage's weight, and right sentences by the sentence's, with ``weight`` for the passage."""
    asked = [j for j in judged if j.answerable]
    ranks = [f"{w:g}: {np.mean([j.reciprocal_rank(w) for j in asked]):.4f}" for w in WEIGHTS]
    print(f"    MRR@10 by weight: {', '.join(ranks)}")
    rights = [f"{s:g}: {np.mean([j.is_right((weight, s)) for j in asked]):.4f}" for s in SHARES]
    print(f"    right sentence by weight: {', '.join(rights)}", flush=True)


def report(name: str, judged: list[Judged]) -> None:
    asked = [j for j in judged if j.answerable]
    before = np.array([j.reciprocal_rank(0.0) for j in asked])
    after = np.array([j.reciprocal_rank(SHIPPED[j.same][0]) for j in asked])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # no difference at all
        p = float(ttest_rel(before, after).pvalue) if (before != after).any() else 1.0
    row: dict[str, object] = {"set": name, "questions": len(asked)}
    row |= {"R@1": [round(float(np.mean(x == 1)), 4) for x in (before, after)]}
    row |= {"MRR@10": [round(float(x.mean()), 4) for x in (before, after)], "p": round(p, 5)}
    row["R@10"] = round(float(np.mean(before > 0)), 4)
    plain, ranked, full = (
        np.array([j.is_right(pair(SHIPPED[j.same])) for j in asked])
        for pair in (lambda _: (0.0, 0.0), lambda chosen: (chosen[0], 0.0), lambda chosen: chosen)
    )
    won, lost = int((full & ~plain).sum()), int((plain & ~full).sum())
    row["right sentence: first stage, order, order and span"] = [
        round(float(x.mean()), 4) for x in (plain, ranked, full)
    ]
    row["p of it"] = round(float(binomtest(won, won + lost).pvalue), 5) if won + lost else 1.0
    print(json.dumps(row, ensure_ascii=False), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--tune", nargs="+", required=True, help="SQuAD files that the weights are chosen on")
    parser.add_argument("--calls", type=Path, default=None, help="a folder of calls that the weights are chosen on")
    parser.add_argument("--sets", nargs="*", default=[])
    parser.add_argument("--questions", type=Path, default=None)
    parser.add_argument("--transcript", type=Path, default=None)
    parser.add_argument("--limit", type=int, default=None, help="only the first so many questions of each SQuAD file")
    arguments = parser.parse_args()
    encoder = TrainedReader(arguments.weights)
    held_out = {named: judge_set(named, encoder, arguments.limit) for named in arguments.tune}
    if arguments.calls:
        held_out[str(arguments.calls)] = judge_calls(arguments.calls, encoder)
    for named, judged in held_out.items():
        for same, label in ((True, "the same language"), (False, "across languages")):
            if part := [j for j in judged if j.same == same]:
                print(f"  {Path(named).stem}, {label}, shipped with {SHIPPED[same]}")
                curves(part, SHIPPED[same][0])
    for named, judged in held_out.items():
        report(f"{Path(named).stem} (tuned on)", judged)
    for named in arguments.sets:
        name = " on ".join(Path(part).stem for part in reversed(named.split("+")))
        report(name, judge_set(named, encoder, arguments.limit))
    if arguments.questions:
        judged = judge_transcript(arguments.questions, arguments.transcript, encoder)
        report(arguments.questions.stem, judged)
        for same in (True, False):
            report(f"  {'same language' if same else 'across'}", [j for j in judged if j.same == same])


if __name__ == "__main__":
    main()
