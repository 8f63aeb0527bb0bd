"""Fits rag/data/language_shift.npy: the step from English to Chinese in the bundled model's question vectors.

    python scripts/fit_language_shift.py squad2_en_zh.jsonl

The data is SQuAD 2.0 dev with its machine translation ChineseSquad, a paragraph a line, questions as `question_zh` and
`question_en`. The step is the difference of the two languages' mean vectors (Libovický et al. 2020, arXiv:2004.05160,
find that removing a language's mean makes multilingual vectors language neutral).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from rag.encoder import BundledEncoder
from rag.text import cased


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path, help="JSON lines with qas of question_zh and question_en")
    parser.add_argument("--out", type=Path, default=Path("rag/data/language_shift.npy"))
    parser.add_argument("--limit", type=int, default=3000, help="question pairs used, from the start")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.pairs.read_text(encoding="utf-8").splitlines()]
    pairs = [(q["question_zh"], q["question_en"]) for row in rows for q in row["qas"] if q["question_en"]][
        : arguments.limit
    ]
    encoder = BundledEncoder()
    chinese = np.stack([encoder.query(cased(zh)) for zh, _ in pairs])
    english = np.stack([encoder.query(cased(en)) for _, en in pairs])
    shift = chinese.mean(0) - english.mean(0)
    np.save(arguments.out, shift.astype(np.float32))
    print(f"{len(pairs)} pairs; step of length {np.linalg.norm(shift):.3f}")
    print(f"mean cosine of a pair before {np.mean((chinese * english).sum(1)):.3f}")


if __name__ == "__main__":
    main()
