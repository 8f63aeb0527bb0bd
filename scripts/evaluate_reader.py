"""Measures what the trained reader adds: the first stage's best ten passages, as they are and re-ranked.

    python scripts/evaluate_reader.py reader.safetensors --tune held_out_zh.json held_out_en.json \\
        --sets cmrc_dev.json xquad_zh.json xquad_zh.json+xquad_en.json xquad_en.json+xquad_zh.json \\
        --questions QUESTIONS.jsonl --transcript CALL.txt --limit 250

A + B asks B's questions, by id, on A's paragraphs. The score is the first stage's plus a weight times the reader's
relevance; the weight is the one with the highest MRR on --tune (`reader_held_out.py` writes those files), one for
questions in the passages' language and one for others. Prints R@1 and MRR@10 before and after, with the two-sided p
of a paired t-test on reciprocal ranks, and for sets with unanswerable questions the AUROC of `rag ask`'s confidence and
of the reader's answerability. Nothing is drawn at random.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import reader_model
import torch
from reader_groups import Tokens
from reader_model import Reader
from scipy.stats import ttest_rel
from sklearn.metrics import roc_auc_score
from train_reader import score

from rag import builder, paragraph_index, pipeline, question_sets
from rag.opened import OpenIndex
from rag.question_sets import Asked
from rag.records import Hit
from rag.text import cased, is_mostly_han

DEPTH = 10
WEIGHTS = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.35, 0.6, 1.0, 3.0, 100.0)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question's candidates, best of the first stage first: each one's document or passage, whether it is gold, and
    float32 (candidates,) first-stage scores and the reader's two logits."""

    keys: list[str]
    gold: list[bool]
    first: np.ndarray
    relevance: np.ndarray
    answers: np.ndarray
    answerable: bool
    same: bool
    confidence: float

    def reciprocal_rank(self, weight: float) -> float:
        order = np.argsort(-(self.first + weight * self.relevance), kind="stable")
        seen = list(dict.fromkeys((self.keys[i], self.gold[i]) for i in order))
        return next((1 / rank for rank, (_, gold) in enumerate(seen, 1) if gold), 0.0)


def judge(index: OpenIndex, asked: Asked, reader: Reader, tokens: Tokens, *, by_document: bool) -> Judged:
    hits = pipeline.search(index, asked.text, DEPTH)
    (question, _), *passages = tokens.encode([cased(asked.text), *(cased(hit.passage.text) for hit in hits)])
    with torch.inference_mode():
        scores = score(reader, [(np.array(question), np.array(ids)) for ids, _ in passages])
    return Judged(
        [hit.passage.document if by_document else hit.passage.id for hit in hits],
        [asked.answerable and _is_gold(asked, hit) for hit in hits],
        np.array([hit.score for hit in hits], np.float32),
        np.array([s.relevance.item() for s in scores], np.float32),
        np.array([s.answers.item() for s in scores], np.float32),
        asked.answerable,
        sum(is_mostly_han(hit.passage.text) == is_mostly_han(asked.text) for hit in hits) * 2 >= len(hits),
        pipeline.ask(index, asked.text).confidence,
    )


def _is_gold(asked: Asked, hit: Hit) -> bool:
    span = hit.passage.span
    if asked.lines:
        return any(span.line_start <= line <= span.line_end for line in asked.lines)
    return hit.passage.document == asked.document


def judge_set(named: str, reader: Reader, tokens: Tokens, limit: int | None) -> list[Judged]:
    """A SQuAD file, or two joined by +."""
    base, _, other = named.partition("+")
    found = question_sets.read(Path(base), other=Path(other) if other else None)
    index = paragraph_index.open_paragraphs(found.paragraphs or {}, found.path, lambda *_: None)
    return [judge(index, asked, reader, tokens, by_document=True) for asked in found.questions[:limit]]


def judge_transcript(questions: Path, transcript: Path, reader: Reader, tokens: Tokens) -> list[Judged]:
    found = question_sets.read(questions)
    with tempfile.TemporaryDirectory() as folder:
        builder.build(Path(folder), [transcript])
        index = pipeline.open_index(Path(folder))
        return [judge(index, asked, reader, tokens, by_document=False) for asked in found.questions]


def tuned(judged: list[Judged]) -> float:
    """The weight with the highest MRR; of equals the middle one."""
    asked = [j for j in judged if j.answerable]
    means = [round(float(np.mean([j.reciprocal_rank(w) for j in asked])), 4) for w in WEIGHTS]
    print("  weight: MRR@10 " + ", ".join(f"{w:g}: {m}" for w, m in zip(WEIGHTS, means, strict=True)))
    best = [w for w, m in zip(WEIGHTS, means, strict=True) if m == max(means)]
    return best[len(best) // 2]


def report(name: str, judged: list[Judged], weights: dict[bool, float]) -> dict[str, object]:
    asked = [j for j in judged if j.answerable]
    before = np.array([j.reciprocal_rank(0.0) for j in asked])
    after = np.array([j.reciprocal_rank(weights[j.same]) for j in asked])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # no difference at all
        p = float(ttest_rel(before, after).pvalue) if (before != after).any() else 1.0
    row: dict[str, object] = {"set": name, "questions": len(asked)}
    row |= {"R@1": [round(float(np.mean(x == 1)), 4) for x in (before, after)]}
    row |= {"MRR@10": [round(float(x.mean()), 4) for x in (before, after)], "p": round(p, 5)}
    row["R@10"] = round(float(np.mean(before > 0)), 4)
    if len(asked) < len(judged):
        known = [j.answerable for j in judged]
        row["AUROC"] = [
            round(float(roc_auc_score(known, [j.confidence for j in judged])), 4),
            round(float(roc_auc_score(known, [j.answers.max() for j in judged])), 4),
        ]
    print(json.dumps(row, ensure_ascii=False), flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--tune", nargs="+", required=True, help="SQuAD files that the mixture weight is chosen on")
    parser.add_argument("--sets", nargs="*", default=[])
    parser.add_argument("--questions", type=Path, default=None)
    parser.add_argument("--transcript", type=Path, default=None)
    parser.add_argument("--limit", type=int, default=None, help="only the first so many questions of each SQuAD file")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    reader, tokens = reader_model.load(arguments.weights).cast(torch.bfloat16), Tokens()
    held_out = {named: judge_set(named, reader, tokens, arguments.limit) for named in arguments.tune}
    weights = {}
    for same in (True, False):
        part = [j for judged in held_out.values() for j in judged if j.same == same]
        weights[same] = tuned(part) if part else 0.0
        print(f"  {'the same language' if same else 'across languages'}: weight {weights[same]:g}")
    for named, judged in held_out.items():
        report(f"{Path(named).stem} (tuned on)", judged, weights)
    for named in arguments.sets:
        name = " on ".join(Path(part).stem for part in reversed(named.split("+")))
        report(name, judge_set(named, reader, tokens, arguments.limit), weights)
    if arguments.questions:
        judged = judge_transcript(arguments.questions, arguments.transcript, reader, tokens)
        report(arguments.questions.stem, judged, weights)
        for same in (True, False):
            report(f"  {'same language' if same else 'across'}", [j for j in judged if j.same == same], weights)


if __name__ == "__main__":
    main()
