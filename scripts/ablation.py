"""Measures the retriever part by part: first-place rate and MRR@10, all paragraphs or passages searched at once.

    python scripts/ablation.py drcd_dev.json cmrc_dev.json xquad_zh.json xquad_zh.json+xquad_en.json
    python scripts/ablation.py questions.jsonl --index my-index

A + B asks B's questions, by id, on A's paragraphs. The sets: DRCD (Delta Research Center), CMRC 2018 (HFL) and XQuAD
(Google DeepMind), CC BY-SA. Paragraphs are embedded once and kept in the cache folder. Questions that bring no paragraphs
are asked of ``--index``; a passage is right when its lines overlap the gold ones.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rag import lexical_match, paragraph_index, pipeline, question_sets, retriever
from rag.opened import OpenIndex
from rag.question import Question
from rag.question_sets import Asked
from rag.records import Passage
from rag.text import cased
from rag.vector_store import MEAN

#: A question and its vector → a score for every passage, float32 (passages,).
Scorer = Callable[[OpenIndex, Question, np.ndarray], np.ndarray]


def _same(index: OpenIndex, question: Question) -> np.ndarray:
    return index.store.is_han == question.is_han


def lexical(index: OpenIndex, question: Question, vector: np.ndarray) -> np.ndarray:
    return index.lexical.scores(dict.fromkeys(question.content, 1.0), np.arange(len(index.store)))


def passage_vector(index: OpenIndex, question: Question, vector: np.ndarray) -> np.ndarray:
    return _wholes(index) @ vector


def segments_mean(index: OpenIndex, question: Question, vector: np.ndarray) -> np.ndarray:
    first, vectors = _vectors(index)
    means: np.ndarray = np.add.reduceat(vectors @ vector, first[:-1]) / np.diff(first).astype(np.float32)
    return means


def best_segment(index: OpenIndex, question: Question, vector: np.ndarray) -> np.ndarray:
    first, vectors = _vectors(index)
    best: np.ndarray = np.maximum.reduceat(vectors @ vector, first[:-1])
    return best


def best_and_passage(index: OpenIndex, question: Question, vector: np.ndarray) -> np.ndarray:
    return (best_segment(index, question, vector) + passage_vector(index, question, vector)) / 2


def both(index: OpenIndex, question: Question, vector: np.ndarray) -> np.ndarray:
    return MEAN * segments_mean(index, question, vector) + (1 - MEAN) * best_segment(index, question, vector)


def both_shifted(index: OpenIndex, question: Question, vector: np.ndarray) -> np.ndarray:
    other = retriever.shifted(vector, question)
    return np.where(_same(index, question), both(index, question, vector), both(index, question, other))


def reciprocal_ranks(index: OpenIndex, question: Question, vector: np.ndarray) -> np.ndarray:
    """Reciprocal rank fusion (Cormack et al. 2009) of BM25 and the shifted vectors, k = 60."""
    total = np.zeros(len(index.store), np.float32)
    for scores in (lexical(index, question, vector), both_shifted(index, question, vector)):
        ranks = np.empty(len(scores))
        ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
        total += np.where(scores > 0, 1 / (60 + ranks), 0)
    return total


def fused_without_translations(index: OpenIndex, question: Question, vector: np.ndarray) -> np.ndarray:
    same = _same(index, question)
    found = lexical(index, question, vector) * np.where(same, 1, lexical_match.CROSS_LEXICAL)
    full = sum(index.lexical.idf(term) for term in question.content)
    return retriever.LEXICAL_WEIGHT * found / max(full, 1e-6) + retriever.DENSE_WEIGHT * both_shifted(
        index, question, vector
    )


def fused(index: OpenIndex, question: Question, vector: np.ndarray) -> np.ndarray:
    query = lexical_match.query_of(question, index.lexical)
    found = lexical_match.shares(query, index.lexical, np.arange(len(index.store)), _same(index, question))
    return retriever.LEXICAL_WEIGHT * found + retriever.DENSE_WEIGHT * both_shifted(index, question, vector)


PARTS: dict[str, Scorer] = {
    "BM25": lexical,
    "one vector per passage": passage_vector,
    "mean of its segments' vectors": segments_mean,
    "best segment's vector": best_segment,
    "best segment's and the passage's": best_and_passage,
    "best segment's and their mean": both,
    "... with the language shift": both_shifted,
    "reciprocal rank fusion": reciprocal_ranks,
    "score fusion, no translations": fused_without_translations,
    "score fusion (first stage)": fused,
}

_loaded: dict[str, tuple[OpenIndex, Any]] = {}


def _of(index: OpenIndex, name: str, load: Callable[[], Any]) -> Any:
    """What ``load`` gives, kept until another index asks for the same."""
    if name not in _loaded or _loaded[name][0] is not index:
        _loaded[name] = index, load()
    return _loaded[name][1]


def _vectors(index: OpenIndex) -> tuple[np.ndarray, np.ndarray]:
    stored = index.vectors
    found: tuple[np.ndarray, np.ndarray] = _of(
        index, "segments", lambda: (stored.first.astype(np.int64), stored.vectors(slice(None)))
    )
    return found


def _wholes(index: OpenIndex) -> np.ndarray:
    """A vector for each whole passage, which the product does not make."""
    texts = [cased(index.store.passage(row).text) for row in range(len(index.store))]
    found: np.ndarray = _of(index, "wholes", lambda: index.encoder.passages(texts, lambda _: None))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", help="SQuAD.json, or PARAGRAPHS.json+QUESTIONS.json")
    parser.add_argument("--limit", type=int, default=None, help="only the first so many questions of each set")
    parser.add_argument("--index", type=Path, default=Path("index"))
    arguments = parser.parse_args()
    table: dict[str, list[str]] = {name: [] for name in [*PARTS, "with the ranker (rag search)"]}
    for named in arguments.sets:
        base, _, other = named.partition("+")
        found = question_sets.read(Path(base), other=Path(other) if other else None)
        if found.paragraphs is None:
            index = pipeline.open_index(arguments.index)
        else:
            index = paragraph_index.open_paragraphs(found.paragraphs, found.path)
        places: dict[str, list[int]] = {name: [] for name in table}
        passages = [index.store.passage(row) for row in range(len(index.store))]
        owner = [passage.document if found.paragraphs is not None else passage.id for passage in passages]
        for asked in [asked for asked in found.questions if asked.answerable][: arguments.limit]:
            gold = {owner[row] for row, passage in enumerate(passages) if _holds(asked, passage)}
            question = pipeline.understood(index, asked.text)
            vector = index.encoder.query(cased(question.text))
            for name, scorer in PARTS.items():
                order = np.argsort(-scorer(index, question, vector), kind="stable")[:60]
                places[name].append(_place([owner[row] for row in order], gold))
            hits = pipeline.search(index, asked.text, 30)
            places["with the ranker (rag search)"].append(
                _place([h.passage.document if found.paragraphs is not None else h.passage.id for h in hits], gold)
            )
        for name, ranks in places.items():
            array = np.array(ranks)
            table[name].append(f"{np.mean(array == 1):.3f} / {np.mean(np.where(array <= 10, 1 / array, 0)):.3f}")
    heads = [" on ".join(Path(part).stem for part in reversed(named.split("+"))) for named in arguments.sets]
    print("| R@1 / MRR@10 | " + " | ".join(heads) + " |")
    print("|---" * (len(heads) + 1) + "|")
    for name, cells in table.items():
        print(f"| {name} | " + " | ".join(cells) + " |")


def _holds(asked: Asked, passage: Passage) -> bool:
    span = passage.span
    return asked.document in (None, passage.document) and (
        not asked.lines or any(span.line_start <= line <= span.line_end for line in asked.lines)
    )


def _place(found: list[str], gold: set[str]) -> int:
    """The rank, from 1, of the first that is gold among the distinct ones; 99 if none is."""
    return next((rank for rank, name in enumerate(dict.fromkeys(found), 1) if name in gold), 99)


if __name__ == "__main__":
    main()
