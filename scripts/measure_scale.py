"""Cost against size: build, open, dense and hybrid search, from a thousand passages to a million.

    python scripts/measure_scale.py WORKDIR TRANSCRIPTS... [--sizes 1000,10000,100000,1000000] [--picture scale.svg]

The text is that of the given transcripts, repeated under new names, each passage with a number of its own. The vectors are
synthetic but lie as real ones do: around the real vectors of the same words, at the distance of near neighbours (a cosine
of about 0.93). Everything else is the product's own: postings, stores, FAISS, opening, searching.
Each size runs in a process of its own, whose peak memory while it builds is printed. Recall is against an exact search of
the same vectors (FAISS's flat index in float32), whose time is in the column "exact"; it is asked with the questions and
with sentences from all over the text, a hundred together.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from chart import draw

from rag import bundled_model, dense_index, manifest, passages, pipeline, retriever, transcripts
from rag.embedding import Spool, embed, text_key
from rag.encoder import open_encoder
from rag.journal import Journal
from rag.lexical_writer import LexicalWriter
from rag.passage_store import Source
from rag.passage_writer import PassageWriter
from rag.text import cased
from rag.vector_store import Vectors, VectorStore, restore

QUESTIONS = (
    "資本開支總共多少?", "第二季度總收入是多少?", "毛利率提升了多少個百分點?", "雲業務為什麼增長?", "遊戲收入同比增長多少?",
    "How much was capital expenditure?", "Why did revenue grow?", "What was the gross margin in the quarter?",
    "花旗的分析師問了什麼?", "下半年的展望如何?",
)  # fmt: skip
#: Cosine of a synthetic vector and the real one that it lies around.
NEAR = 0.93


class Synthetic:
    """The bundled encoder's questions, with texts around the real vectors of the same words: ``NUMBER NUMBER WORDS``, moved
    by a hash of the whole."""

    name = bundled_model.NAME

    def __init__(self, real: Vectors):
        order = np.argsort(real.keys, kind="stable")
        self._keys, self._centres = real.keys[order], restore(real.codes[order], real.scales[order])
        self._questions = open_encoder(bundled_model.NAME)
        self.fingerprint = self._questions.fingerprint
        self.dimension = self._centres.shape[1]

    def query(self, text: str) -> np.ndarray:
        return self._questions.query(text)

    def passages(self, texts: Sequence[str], progress: Callable[[int], None]) -> np.ndarray:
        seeds = np.array([zlib.crc32(text.encode(errors="replace")) for text in texts])
        noise = np.random.default_rng(int(seeds[0])).standard_normal((len(texts), self.dimension), np.float32)
        noise *= np.sqrt(1 / NEAR**2 - 1) / np.sqrt(self.dimension)
        keys = np.array([text_key(text.split(" ", 2)[2]) for text in texts], np.uint64)
        vectors = self._centres[np.searchsorted(self._keys, keys)] + noise
        progress(len(texts))
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workdir", type=Path)
    parser.add_argument("transcripts", type=Path, nargs="+", help="files whose text is repeated")
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--picture", type=Path, default=None, help="where to draw the curves, as SVG")
    parser.add_argument("--one", type=int, default=None, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one is not None:
        print(json.dumps(_measure(arguments.workdir, arguments.transcripts, arguments.one)))
        return
    # In a process of its own: a child's peak memory counts what its parent once had.
    real = ["--index", str(arguments.workdir / "real")]
    subprocess.run([sys.executable, "-m", "rag", "build", *map(str, arguments.transcripts), *real], check=True)
    found = []
    print(
        "| passages | FAISS | build s | peak GB | bytes a passage | open s | exact ms | dense ms | recall@10 | search ms |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for size in map(int, arguments.sizes.split(",")):
        command = [
            sys.executable,
            __file__,
            str(arguments.workdir),
            *map(str, arguments.transcripts),
            "--one",
            str(size),
        ]
        row = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
        found.append(row)
        print(
            f"| {row['passages']:,} | {row['dense']} | {row['build']:.0f} | {row['peak']:.1f} | {row['bytes']:,.0f} | {row['open']:.2f} "
            f"| {row['exact']:.1f} | {row['nearest']:.1f} | {row['recall']:.3f} | {row['search']:.1f} |",
            flush=True,
        )
    if arguments.picture:
        curves = {
            "build, ms a passage": [(r["passages"], 1000 * r["build"] / r["passages"]) for r in found],
            "hybrid search, ms": [(r["passages"], r["search"]) for r in found],
            "dense search, ms": [(r["passages"], r["nearest"]) for r in found],
            "open, s": [(r["passages"], r["open"]) for r in found],
        }
        arguments.picture.write_text(draw(curves, "passages"), encoding="utf-8")


def _measure(workdir: Path, paths: list[Path], size: int) -> dict[str, object]:
    encoder = Synthetic(pipeline.open_index(workdir / "real").vectors.by_text())
    index = workdir / str(size)
    shutil.rmtree(index, ignore_errors=True)
    start = time.perf_counter()
    published = _build(index, paths, size, encoder)
    built = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    start = time.perf_counter()
    opened = pipeline.open_index(index)
    opening = time.perf_counter() - start
    queries = [opened.encoder.query(cased(question)) for question in QUESTIONS]
    exact = faiss.IndexFlatIP(encoder.dimension)
    for at in range(0, size, 65536):
        exact.add(opened.vectors.centroids(slice(at, min(at + 65536, size))))
    spread = np.linspace(0, size - 1, 100 - len(queries)).astype(int).tolist()
    sentences = [passages.embedded_texts(opened.store.passage(row))[-1] for row in spread]
    asked = [*queries, *map(opened.encoder.query, sentences)]
    best = [exact.search(query[None], 10)[1][0] for query in asked]
    recalls = [len({*_nearest(opened, q).tolist()} & {*b.tolist()}) / 10 for q, b in zip(asked, best, strict=True)]
    pipeline.search(opened, QUESTIONS[0])
    found = {
        "passages": published.passages,
        "dense": published.dense,
        "build": built,
        "peak": peak,
        "bytes": sum(length for length, _ in published.files.values()) / published.passages,
        "open": opening,
        "recall": float(np.mean(recalls)),
        "exact": _milliseconds(lambda q: exact.search(q[None], 10), queries),
        "nearest": _milliseconds(lambda q: _nearest(opened, q), queries),
        "search": _milliseconds(lambda q: pipeline.search(opened, q), QUESTIONS),
    }
    shutil.rmtree(index)
    return found


def _nearest(opened: pipeline.OpenIndex, query: np.ndarray) -> np.ndarray:
    """The ten nearest passages, as a search finds them: FAISS's nearest, in the order of the stored vectors."""
    rows = opened.dense.nearest(query, retriever.NEAREST)
    first = opened.vectors.first
    sums = [opened.vectors.vectors(slice(int(first[row]), int(first[row + 1]))).sum(0) for row in rows.tolist()]
    cosines = [total @ query / np.linalg.norm(total) for total in sums]
    best: np.ndarray = rows[np.argsort(-np.array(cosines), kind="stable")[:10]]
    return best


def _milliseconds(run: Callable[[Any], object], inputs: Sequence[Any]) -> float:
    """The median time of a run, of three for each input."""
    times = []
    for each in [*inputs] * 3:
        start = time.perf_counter()
        run(each)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def _build(index: Path, paths: list[Path], size: int, encoder: Synthetic) -> manifest.Manifest:
    """What `rag.builder` does, with texts that are prepared once and repeated under new names."""
    read = [transcripts.read(path) for path in paths]
    prepared: dict[int, list[tuple[list[str], list[str]]]] = {}
    with manifest.building(index) as draft:
        store, lexical, spool = PassageWriter(draft), LexicalWriter(draft), Spool(draft)
        while store.passages < size:
            number = store.documents
            transcript = read[number % len(read)]
            parts = passages.split(transcript, f"d{number}")[: size - store.passages]
            ready = prepared.setdefault(
                number % len(read),
                [
                    (terms, passages.embedded_texts(passage))
                    for passage, terms in zip(parts, passages.all_search_terms(transcript, parts), strict=True)
                ],
            )
            store.add(f"d{number}", Source(0, f"d{number}", 0, ""), transcript, parts)
            for at, (terms, texts) in enumerate(ready[: len(parts)]):
                lexical.add([*terms, f"id{number}x{at}"])
                spool.add([f"{number} {at} {text}" for text in texts])
        for writer in (store, lexical, spool):
            writer.close()
        journal = Journal(manifest.store_of(index) / "embedded", encoder.fingerprint, encoder.dimension)
        embed(draft, spool, encoder, [], journal)
        spool.remove()
        dense_index.write(draft, VectorStore(draft), encoder.dimension)
        made = manifest.publish(
            index,
            draft,
            model=bundled_model.NAME,
            fingerprint=encoder.fingerprint,
            dimension=encoder.dimension,
            roots=(str(index),),
            skipped={},
            documents=store.documents,
            passages=store.passages,
            vectors=len(spool),
            dense=dense_index.describe(store.passages),
        )
        journal.remove()
    return made


if __name__ == "__main__":
    main()
