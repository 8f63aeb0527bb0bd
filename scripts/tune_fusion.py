"""Chooses the weights of the first stage: each in turn the best of a few values, until none changes.

    python scripts/tune_fusion.py TRAIN_DIR --drcd drcd_dev.json [--limit 400]

It looks at DRCD dev (Delta Research Center), and in TRAIN_DIR at `cmrc2018_train.json` (CMRC 2018, HFL) and
`squad2_en_zh.jsonl` (SQuAD 2.0 dev with its translation ChineseSquad), also with English questions on the Chinese
paragraphs and Chinese ones on the English. What counts is the mean of MRR@10 over the five. What runs is the product's own
search without its second stage, on its own indexes. The README's other sets are not looked at.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from reader_data import Paragraph, bilingual, squad

from rag import lexical_index, lexical_match, measures, paragraph_index, pipeline, ranker, retriever, vector_store
from rag.opened import OpenIndex
from rag.text import cased

#: Where each weight lies, and what is tried for it.
WEIGHTS: dict[str, tuple[ModuleType, tuple[float, ...]]] = {
    "K1": (lexical_index, (0.0, 0.2, 0.4, 0.8, 1.2)),
    "B": (lexical_index, (0.5, 0.75, 1.0)),
    "MEAN": (vector_store, (0.0, 0.1, 0.15, 0.2, 0.3)),
    "LEXICAL_WEIGHT": (retriever, (0.25, 0.35, 0.5, 0.7, 1.0)),
    "CROSS_LEXICAL": (lexical_match, (0.0, 0.2, 0.4, 0.7)),
    "CROSS_WEIGHT": (lexical_match, (0.4, 0.5, 0.6, 0.7, 0.8)),
    "UNTRANSLATED": (lexical_match, (4.0, 8.0, 12.0, 20.0)),
    "EVIDENCE": (ranker, (0.0, 0.08, 0.15, 0.25)),
}


@dataclass(frozen=True, slots=True)
class Known:
    """The vectors of the questions: they are embedded once."""

    vectors: dict[str, np.ndarray]

    def query(self, text: str) -> np.ndarray:
        return self.vectors[text]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path)
    parser.add_argument("--drcd", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=400, help="so many questions of each set, spread evenly over it")
    arguments = parser.parse_args()
    both = list(bilingual(arguments.train / "squad2_en_zh.jsonl"))
    sets = [
        _prepared("DRCD", squad(arguments.drcd), arguments),
        _prepared("CMRC 2018 train", squad(arguments.train / "cmrc2018_train.json"), arguments),
        _prepared("ChineseSquad", both, arguments),
        _prepared("English on Chinese", both, arguments, asks=lambda asked: asked.en),
        _prepared("Chinese on English", both, arguments, text=lambda paragraph: paragraph.english),
    ]
    print(f"| | {' | '.join(name for name, _, _ in sets)} | mean MRR@10 |")
    print("|---" * (len(sets) + 2) + "|")
    best = _report("as they are", sets)
    changed = True
    while changed:
        changed = False
        for name, (module, values) in WEIGHTS.items():
            chosen = getattr(module, name)
            for value in values:
                if value == chosen:
                    continue
                before = getattr(module, name)
                setattr(module, name, value)
                found = _report(f"{name} {value}", sets)
                if found > best:
                    best, changed = found, True
                else:
                    setattr(module, name, before)
    print("\nchosen:", ", ".join(f"{name} {getattr(module, name)}" for name, (module, _) in WEIGHTS.items()))


def _prepared(
    name: str,
    paragraphs: Iterable[Paragraph],
    arguments: argparse.Namespace,
    asks: Callable = lambda asked: asked.zh,
    text: Callable = lambda paragraph: paragraph.text,
) -> tuple[str, OpenIndex, list[tuple[str, str]]]:
    kept = {f"p{number:05}": paragraph for number, paragraph in enumerate(paragraphs)}
    texts = {document: text(paragraph) for document, paragraph in kept.items()}
    index = paragraph_index.open_paragraphs(texts, arguments.train)
    found = [
        (asks(asked), document)
        for document, paragraph in kept.items()
        for asked in paragraph.asked
        if asked.answer is not None and asks(asked)
    ]
    count = min(arguments.limit, len(found))
    found = [found[place * len(found) // count] for place in range(count)]
    analysed = [cased(pipeline.understood(index, asked).text) for asked, _ in found]
    known: Any = Known({text: index.encoder.query(text) for text in analysed})
    return name, replace(index, encoder=known), found


def _report(label: str, sets: list[tuple[str, OpenIndex, list[tuple[str, str]]]]) -> float:
    """The mean of the sets' MRR@10; prints each set's R@1 and MRR@10."""
    cells, means = [], []
    for _, index, asked in sets:
        relevant = [_relevant(index, *each) for each in asked]
        first = measures.mean(measures.recall_at(r, 1) for r in relevant) or 0.0
        means.append(measures.mean(measures.reciprocal_rank(r) for r in relevant) or 0.0)
        cells.append(f"{first:.3f} / {means[-1]:.3f}")
    print(f"| {label} | {' | '.join(cells)} | {np.mean(means):.4f} |", flush=True)
    return float(np.mean(means))


def _relevant(index: OpenIndex, asked: str, answers: str) -> list[bool]:
    """Whether each of the ten best documents is the one that answers."""
    documents = dict.fromkeys(hit.passage.document for hit in pipeline.search(index, asked, 40))
    return [document == answers for document in list(documents)[:10]]


if __name__ == "__main__":
    main()
