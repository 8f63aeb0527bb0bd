"""Fits rag/data/calibration.json: the probability that an answer answers.

    python scripts/calibrate.py squad2_en_zh.jsonl WORKDIR

The data is SQuAD 2.0 dev with its machine translation ChineseSquad: a paragraph a line, `article`, `context_zh`, and
`qas` with `question_zh`, `question_en` (or null), `is_impossible`. Each article becomes an index of its own below
WORKDIR. Asked of it are its answerable questions (an answer counts as right when the quotes contain an answer string),
its unanswerable ones, and as many of other articles. The fit weighs the three kinds by ``SHARES``, the mix that the
probability assumes: most questions that people ask of a call are answered there. A fifth of the articles is held out.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rag import builder, calibration, pipeline, reader, retriever
from rag.text import fold

PER_KIND = 25
#: The assumed share of each kind among the questions asked: answered, about the matter but not answered, about another.
SHARES = {"asked": 0.8, "impossible": 0.1, "others": 0.1}

#: Question in the text's language, features, whether the quotes contain an answer, kind.
Row = tuple[bool, tuple[float, ...], int, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("workdir", type=Path)
    parser.add_argument("--out", type=Path, default=Path("rag/data/calibration.json"))
    arguments = parser.parse_args()
    articles: dict[str, list[dict]] = {}
    for line in arguments.data.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        articles.setdefault(row["article"], []).append(row)
    rng = random.Random(0)
    names = sorted(articles)
    held_out = set(rng.sample(names, len(names) // 5))
    rows = [(name in held_out, *found) for name in names for found in _rows(name, articles, arguments.workdir, rng)]
    models = {}
    for label, same in (("same", True), ("cross", False)):
        held, numbers, right, kinds = (
            np.array(column) for column in zip(*[(h, n, r, k) for h, s, n, r, k in rows if s == same], strict=True)
        )
        weight = np.array([SHARES[kind] / np.mean(kinds == kind) for kind in kinds])
        model = LogisticRegression(C=10, max_iter=2000).fit(numbers[~held], right[~held], sample_weight=weight[~held])
        score = model.predict_proba(numbers)[:, 1]
        print(f"{label}: {(~held).sum()} to fit, {held.sum()} held out, of which:")
        print(f"  AUROC, right or not: {roc_auc_score(right[held], score[held]):.3f}")
        for kind in SHARES:
            chosen = held & (kinds == kind)
            print(
                f"  {kind}: {chosen.sum()} asked, {np.mean(score[chosen] >= calibration.THRESHOLD):.2f} answered, {right[chosen].mean():.2f} right"
            )
        models[label] = {
            "intercept": round(float(model.intercept_[0]), 4),
            "weights": dict(zip(calibration.FEATURES, (round(float(w), 4) for w in model.coef_[0]), strict=True)),
        }
        print("  " + ", ".join(f"{name} {weight}" for name, weight in models[label]["weights"].items()))
    arguments.out.write_text(json.dumps(models, indent=1) + "\n", encoding="utf-8")


def _rows(name: str, articles: dict[str, list[dict]], workdir: Path, rng: random.Random) -> list[Row]:
    """What the model is fitted on, for questions asked of one article's index."""
    index = _index(name, articles[name], workdir)
    asked = [(q, q["answers_zh"]) for row in articles[name] for q in row["qas"] if not q["is_impossible"]]
    impossible = [(q, []) for row in articles[name] for q in row["qas"] if q["is_impossible"]]
    others = [
        (q, [])
        for other in articles
        if other != name
        for row in articles[other]
        for q in row["qas"]
        if not q["is_impossible"]
    ]
    found = []
    for kind, questions in (("asked", asked), ("impossible", impossible), ("others", others)):
        for question, answers in rng.sample(questions, min(PER_KIND, len(questions))):
            for text in filter(None, (question["question_zh"], question["question_en"])):
                found += _row(index, text, answers, kind)
    return found


def _row(index: pipeline.OpenIndex, text: str, answers: list, kind: str) -> list[Row]:
    analysed, ranked = pipeline.ranked(index, text)
    if not ranked:
        return []
    familiarity = retriever.familiarity(analysed, index.lexical)
    entry, sentence = reader.best(analysed, ranked)
    reading = reader.read(analysed, ranked, index.store, familiarity)
    quoted = _squash("".join(index.store.document_of(q.row).transcript.text[q.start : q.end] for q in reading.quotes))
    strings = [a["text"] if isinstance(a, dict) else a for a in answers]
    right = int(any(_squash(a) in quoted for a in strings))
    return [(entry.same_language, calibration.features(analysed, ranked, entry, sentence, familiarity), right, kind)]


def _squash(text: str) -> str:
    return "".join(fold(text).split())


def _index(name: str, rows: list[dict], workdir: Path) -> pipeline.OpenIndex:
    folder = workdir / "".join(c if c.isalnum() else "_" for c in name)
    (folder / "transcripts").mkdir(parents=True, exist_ok=True)
    for number, row in enumerate(rows):
        (folder / "transcripts" / f"p{number:05}.txt").write_text(row["context_zh"], encoding="utf-8")
    if not (folder / "store" / "manifest.json").exists():
        builder.build(folder, [])
    return pipeline.open_index(folder)


if __name__ == "__main__":
    main()
