"""Measures a build end to end against sentence-transformers' own encode, in fp32 with default arguments, and a flat FAISS index.

    python scripts/measure_build.py drcd_dev.json [--paragraphs 1000]

Each paragraph is a file. Both sides read the texts, load the model, embed and write an index; imports are not counted.
Then how close the build comes to what the processor can do: the multiply-adds of the network's matrices for the tokens
that were embedded, over those of a plain matrix product of the same precision, on all cores, in the same time.
DRCD (Delta Research Center, CC BY-SA 3.0) is the set in the README.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faiss
import numpy as np
from sentence_transformers import SentenceTransformer

from rag import builder, bundled_model, passages, pipeline, processor, question_sets
from rag.onnx_graph import MICROSOFT, Graph
from rag.transformer_graph import session

#: Weights in the matrices of the twelve layers, each used once for a token.
MATRICES = 12 * (4 * 384 * 384 + 2 * 384 * 1536)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--paragraphs", type=int, default=1000)
    arguments = parser.parse_args()
    found = list((question_sets.read(arguments.squad).paragraphs or {}).items())[: arguments.paragraphs]
    bundled_model.exported()
    with tempfile.TemporaryDirectory() as folder:
        calls, index = Path(folder) / "calls", Path(folder) / "index"
        calls.mkdir()
        for name, text in found:
            (calls / f"{name}.txt").write_text(text, encoding="utf-8")
        start = time.perf_counter()
        built = builder.build(index, [calls])
        own = time.perf_counter() - start
        start = time.perf_counter()
        model = SentenceTransformer(str(bundled_model.exported()), device="cpu")
        characters = str.maketrans(bundled_model.character_map())
        texts = [f"passage: {path.read_text(encoding='utf-8')}".translate(characters) for path in calls.iterdir()]
        vectors = model.encode(texts)
        flat = faiss.IndexFlatIP(vectors.shape[1])
        flat.add(vectors)
        faiss.write_index(flat, f"{folder}/flat.faiss")
        default = time.perf_counter() - start
        opened = pipeline.open_index(index)
        rows = range(0, len(opened.store), 40)
        parts = {row: passages.embedded_texts(opened.store.passage(row)) for row in range(len(opened.store))}
        first = opened.vectors.first.astype(int)
        stored = np.concatenate([opened.vectors.vectors(slice(first[r], first[r + 1])) for r in rows])
        theirs = model.encode([f"passage: {t}".translate(characters) for r in rows for t in parts[r]])
        cosines = (stored * theirs).sum(1) / np.linalg.norm(stored, axis=1)
        encoded = model.tokenizer([f"passage: {t}".translate(characters) for each in parts.values() for t in each])
        tokens = sum(map(len, encoded["input_ids"]))
    peak = _peak()
    print(f"{len(found):,} paragraphs, {built.manifest.vectors:,} vectors of {tokens:,} tokens")
    print(
        f"rag build {own:.1f} s; sentence-transformers and a flat index {default:.1f} s: {default / own:.2f} times as fast"
    )
    print(f"cosine of the stored vectors and its own, {len(cosines)} texts: least {cosines.min():.5f}")
    rate = tokens * MATRICES / own
    print(f"{rate / 1e9:.0f} of {peak / 1e9:.0f} billion multiply-adds a second: {100 * rate / peak:.0f} % of the peak")


def _peak() -> float:
    """Multiply-adds a second of a plain product in the build's precision, on all cores at once; the best of twenty."""
    size = 1024
    graph = Graph()
    if processor.adds_bytes_safely():
        left = graph.constant("left", np.full((size, size), 130, np.uint8))
        right = graph.constant("right", np.full((size, size), 3, np.int8))
        scales = [graph.constant(name, np.ones((), np.float32)) for name in ("step", "scale")]
        graph.node("MatMulIntegerToFloat", [left, right, *scales], domain=MICROSOFT, name="product")
    else:
        both = graph.constant("both", np.ones((size, size), np.float32))
        graph.node("MatMul", [both, both], name="product")
    graph.output("product", [size, size])
    product, cores = session(graph.serialise()), os.cpu_count() or 1
    times = []
    with ThreadPoolExecutor(cores) as pool:
        for _ in range(20):
            start = time.perf_counter()
            list(pool.map(lambda _: product.run(None, {}), range(4 * cores)))
            times.append(time.perf_counter() - start)
    return 4 * cores * size**3 / min(times)


if __name__ == "__main__":
    main()
