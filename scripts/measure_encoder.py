"""Measures bulk embedding against sentence-transformers' own encode with default arguments, and the agreement of the vectors.

    python scripts/measure_encoder.py drcd_dev.json [--paragraphs 200]

Any SQuAD file does; DRCD (Delta Research Center, CC BY-SA 3.0) is the one in the README.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np

from rag import bundled_model
from rag.encoder import BundledEncoder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--paragraphs", type=int, default=200)
    arguments = parser.parse_args()
    data = json.loads(arguments.squad.read_text(encoding="utf-8"))["data"]
    texts = [p["context"] for article in data for p in article["paragraphs"]][: arguments.paragraphs]
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(bundled_model.exported()), device="cpu")
    translated = [f"passage: {text}".translate(str.maketrans(bundled_model.character_map())) for text in texts]
    start = time.perf_counter()
    reference = model.encode(translated)
    default = time.perf_counter() - start
    encoder = BundledEncoder()
    encoder.passages(texts[:4], lambda _: None)
    start = time.perf_counter()
    vectors = encoder.passages(texts, lambda _: None)
    own = time.perf_counter() - start
    engine = np.stack([encoder._engine.passage(text) for text in texts[:20]])
    fits = np.array([len(model.tokenizer(text)["input_ids"]) <= 512 for text in translated])
    print(
        f"{len(texts)} paragraphs: sentence-transformers encode, fp32, defaults {len(texts) / default:.1f}/s; rag {len(texts) / own:.1f}/s; ratio {default / own:.2f}"
    )
    print(
        f"cosine with it, texts within 512 tokens: least {(reference * vectors).sum(1)[fits].min():.5f}; {(~fits).sum()} longer texts, which it cuts and rag does not"
    )
    print(f"cosine with the instant engine: least {(engine * vectors[:20]).sum(1).min():.5f}")


if __name__ == "__main__":
    main()
