"""Fits rag/data/calibration.json: the probability that an answer answers.

    python scripts/calibrate.py squad2_en_zh.jsonl WORKDIR

The data is SQuAD 2.0 dev with its machine translation ChineseSquad: a paragraph a line, `article`, `context_zh`, and
`qas` with `question_zh`, `question_en` (or null), `is_impossible`. Each article becomes an index of its own below
WORKDIR. Asked of it are its answerable questions (an answer counts as right when the quotes contain an answer string),
its unanswerable ones, as many of other articles, and its answerable ones with the rarest word they share with the
article changed for one of another article that it does not have ("swapped": what did another company say?). The fit
weighs the kinds by ``SHARES``, the mix that the probability assumes: most questions that people ask of a call are answered
there. A fifth of the articles is held out. The threshold is where ``REFUSED`` of the questions about another matter are refused.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from rag import builder, calibration, pipeline, reader
from rag.familiarity import familiarity
from rag.terms import terms
from rag.text import fold

PER_KIND = 25
#: The assumed share of each kind among the questions asked: answered, about the matter but not
#: answered, about another, about another by one word.
SHARES = {"asked": 0.7, "impossible": 0.1, "others": 0.1, "swapped": 0.1}
REFUSED = 0.97

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
    models: dict[str, dict] = {}
    fitted = []
    for label, same in (("same", True), ("cross", False)):
        held, numbers, right, kinds = (
            np.array(column) for column in zip(*[(h, n, r, k) for h, s, n, r, k in rows if s == same], strict=True)
        )
        weight = np.array([SHARES[kind] / np.mean(kinds == kind) for kind in kinds])
        model = LogisticRegression(C=10, max_iter=2000).fit(numbers[~held], right[~held], sample_weight=weight[~held])
        fitted.append((label, held, right, kinds, model.predict_proba(numbers)[:, 1]))
        models[label] = {
            "intercept": round(float(model.intercept_[0]), 4),
            "weights": dict(zip(calibration.FEATURES, (round(float(w), 4) for w in model.coef_[0]), strict=True)),
        }
    of_others = np.concatenate([score[~held & (kinds == "others")] for _, held, _, kinds, score in fitted])
    threshold = round(float(np.quantile(of_others, REFUSED)), 2)
    print(f"{REFUSED:.0%} of the questions about another matter stay below {threshold} (calibration.THRESHOLD)")
    for label, held, right, kinds, score in fitted:
        print(f"{label}: {(~held).sum()} to fit, {held.sum()} held out, of which:")
        print(f"  AUROC, right or not: {roc_auc_score(right[held], score[held]):.3f}")
        for kind in SHARES:
            chosen = held & (kinds == kind)
            answered = np.mean(score[chosen] >= threshold)
            print(f"  {kind}: {chosen.sum()} asked, {answered:.2f} answered, {right[chosen].mean():.2f} right")
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
    for kind, questions in (("asked", asked), ("impossible", impossible), ("others", others), ("swapped", asked)):
        for question, answers in rng.sample(questions, min(PER_KIND, len(questions))):
            for language in ("question_zh", "question_en"):
                text = question[language]
                if text and kind == "swapped":
                    text, answers = _swapped(text, rng.choice(others)[0][language], index), []
                if text:
                    found += _row(index, text, answers, kind)
    return found


def _swapped(text: str, other: str | None, index: pipeline.OpenIndex) -> str | None:
    """The question with its rarest word of the index changed for the rarest word of another that the index does not have."""
    known = [term for term in _words(text) if term in index.lexical.vocabulary]
    unknown = [term for term in _words(other or "") if term not in index.lexical.vocabulary]
    if not known or not unknown:
        return None
    rarest = max(known, key=lambda term: (index.lexical.idf(term), len(term), term))
    return fold(text).replace(rarest, max(unknown, key=lambda term: (len(term), term)))


def _words(text: str) -> list[str]:
    folded = fold(text)
    return [term for term in terms(text) if len(term) > 1 and term in folded and not term.isdigit()]


def _row(index: pipeline.OpenIndex, text: str, answers: list, kind: str) -> list[Row]:
    analysed, ranked = pipeline.ranked(index, text)
    if not ranked:
        return []
    known = familiarity(analysed, index.lexical, index.store)
    entry, sentence = reader.best(analysed, ranked)
    reading = reader.read(analysed, ranked, index.store, known)
    quoted = _squash("".join(index.store.document_of(q.row).transcript.text[q.start : q.end] for q in reading.quotes))
    strings = [a["text"] if isinstance(a, dict) else a for a in answers]
    right = int(any(_squash(a) in quoted for a in strings))
    return [(entry.same_language, calibration.features(analysed, ranked, entry, sentence, known), right, kind)]


def _squash(text: str) -> str:
    return "".join(fold(text).split())


def _index(name: str, rows: list[dict], workdir: Path) -> pipeline.OpenIndex:
    folder = workdir / "".join(c if c.isalnum() else "_" for c in name)
    (folder / "transcripts").mkdir(parents=True, exist_ok=True)
    for number, row in enumerate(rows):
        (folder / "transcripts" / f"p{number:05}.txt").write_text(row["context_zh"], encoding="utf-8")
    builder.build(folder, [])
    return pipeline.open_index(folder)


if __name__ == "__main__":
    main()
