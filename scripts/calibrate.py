"""Fits rag/data/calibration.json: the probability that an answer answers.

    python scripts/calibrate.py squad2_en_zh.jsonl WORKDIR

The data is SQuAD 2.0 dev with its machine translation ChineseSquad: a paragraph a line, `article`, `context_zh`, and
`qas` with `question_zh`, `question_en` (or null), `is_impossible`. Each article becomes an index of its own below
WORKDIR. Asked of it are its answerable questions (an answer counts as right when the quotes contain an answer string),
its unanswerable ones, and as many of other articles. A fifth of the articles is held out and reported on.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rag import builder, calibration, pipeline, retriever
from rag.text import fold, is_mostly_han

PER_KIND = 40


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
        chosen = [(held, numbers, right) for held, is_same, numbers, right in rows if is_same == same]
        train = [(n, r) for held, n, r in chosen if not held]
        test = [(n, r) for held, n, r in chosen if held]
        model = LogisticRegression(C=10, max_iter=1000).fit([n for n, _ in train], [r for _, r in train])
        score = model.predict_proba([n for n, _ in test])[:, 1]
        truth = np.array([r for _, r in test])
        error = float(np.mean((score - truth) ** 2))
        print(f"{label}: {len(train)} to fit, {len(test)} held out, {np.mean(truth):.2f} right; AUROC {roc_auc_score(truth, score):.3f}, Brier {error:.3f}")
        for low in np.arange(0, 1, 0.2):
            inside = (score >= low) & (score < low + 0.2)
            if inside.any():
                print(f"  confidence {low:.1f}-{low + 0.2:.1f}: {inside.sum():4d} answers, {truth[inside].mean():.2f} right")
        models[label] = {"intercept": round(float(model.intercept_[0]), 4), "weights": [round(float(w), 4) for w in model.coef_[0]]}
        print("  " + ", ".join(f"{name} {w}" for name, w in zip(calibration.FEATURES, models[label]["weights"], strict=True)))
    arguments.out.write_text(json.dumps(models, indent=1) + "\n", encoding="utf-8")


def _rows(name: str, articles: dict[str, list[dict]], workdir: Path, rng: random.Random) -> list[tuple[bool, tuple[float, ...], int]]:
    """(question in the text's language, features, right) for questions asked of one article's index."""
    index = _index(name, articles[name], workdir)
    asked = [(q, a) for row in articles[name] for q in row["qas"] for a in [q["answers_zh"]] if not q["is_impossible"]]
    impossible = [(q, []) for row in articles[name] for q in row["qas"] if q["is_impossible"]]
    others = [(q, []) for other in articles if other != name for row in articles[other] for q in row["qas"] if not q["is_impossible"]]
    found = []
    for questions in (asked, impossible, others):
        for question, answers in rng.sample(questions, min(PER_KIND, len(questions))):
            for text in filter(None, (question["question_zh"], question["question_en"])):
                found += _row(index, text, answers)
    return found


def _row(index: pipeline.OpenIndex, text: str, answers: list) -> list[tuple[bool, tuple[float, ...], int]]:
    from rag import reader

    analysed, ranked = pipeline._ranked(index, text, None)
    if not ranked:
        return []
    known = retriever.known_share(analysed, index.lexical)
    _, entry, sentence = sorted(reader._choices(ranked), key=lambda c: (-c[0], c[1].row, c[2].start))[0]
    reading = reader.read(analysed, ranked, index.store, known)
    quoted = _squash("".join(index.store.document_of(q.row).transcript.text[q.start : q.end] for q in reading.quotes))
    strings = [a["text"] if isinstance(a, dict) else a for a in answers]
    right = int(any(_squash(a) in quoted for a in strings))
    same = is_mostly_han(entry.hit.passage.text) == analysed.is_han
    return [(same, calibration.features(analysed, ranked, entry, sentence, known), right)]


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
