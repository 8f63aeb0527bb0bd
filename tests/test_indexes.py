"""The three parts of a store by themselves: BM25 against a plain reference, vectors, passages."""

from __future__ import annotations

import math
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import dense_index, lexical_index, passage_store
from rag.dense_index import DenseIndex
from rag.errors import StoreError
from rag.lexical_index import LexicalIndex
from rag.passage_store import PassageStore, Source
from rag.passages import split
from rag.records import Passage, SectionKind, Transcript
from rag.transcripts import parse

# BM25


def reference(corpus: list[list[str]], weights: dict[str, float], k1: float = 1.2, b: float = 0.75) -> list[float]:
    """BM25 from its definition, in double precision."""
    mean = sum(map(len, corpus)) / len(corpus)
    scores = []
    for passage in corpus:
        counts = Counter(passage)
        score = 0.0
        for term, weight in weights.items():
            holding = sum(term in other for other in corpus)
            idf = math.log(1 + (len(corpus) - holding + 0.5) / (holding + 0.5))
            frequency = counts[term]
            score += (
                weight * idf * frequency * (k1 + 1) / (frequency + k1 * (1 - b + b * len(passage) / mean))
                if frequency
                else 0.0
            )
        scores.append(score)
    return scores


def written(folder: Path, corpus: list[list[str]]) -> LexicalIndex:
    folder.mkdir(exist_ok=True)
    lexical_index.write(folder, corpus)
    return LexicalIndex(folder)


def test_bm25_is_the_reference(tmp_path: Path) -> None:
    dice = random.Random(3)
    words = ["资本", "开支", "a", "ab", "b", "#1845", "@花旗", "é", "😀", "\ud800"] + [f"w{n}" for n in range(60)]
    for case in range(30):
        folder = tmp_path / str(case)
        corpus = [
            [words[min(int(dice.expovariate(0.1)), 69)] for _ in range(dice.randint(0, 40))]
            for _ in range(dice.randint(1, 60))
        ]
        corpus[0].append("a")
        opened = written(folder, corpus)
        assert len(opened) == len(corpus)
        for _ in range(10):
            query = {
                dice.choice([*words, "unknown", ""]): dice.choice([1.0, 0.5, 2.0]) for _ in range(dice.randint(1, 6))
            }
            expected = reference(corpus, query)
            found = opened.scores(query)
            assert found.dtype == np.float32 and found.shape == (len(corpus),)
            np.testing.assert_allclose(found, expected, atol=1e-4)
            # The same ranking, but for scores that are equal within rounding.
            order = np.argsort(-found, kind="stable")
            assert all(expected[x] >= expected[y] - 1e-5 for x, y in zip(order, order[1:], strict=False))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.text(min_size=1, max_size=4), max_size=6), min_size=1, max_size=6), st.text(max_size=4))
def test_the_vocabulary_is_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, corpus: list[list[str]], other: str
) -> None:
    opened = written(tmp_path_factory.mktemp("words"), corpus)
    known = {term for passage in corpus for term in passage}
    assert len(opened.vocabulary) == len(known)
    assert all(term in opened.vocabulary for term in known)
    assert (other in opened.vocabulary) == (other in known)
    assert 3 not in opened.vocabulary
    for term in known:
        number = opened.vocabulary.number(term)
        assert number is not None
        rows, scores = opened.postings(number)
        assert rows.tolist() == [row for row, passage in enumerate(corpus) if term in passage]
        assert (scores > 0).all()


def test_idf_falls_as_a_term_spreads(tmp_path: Path) -> None:
    opened = written(tmp_path / "x", [["a", "b"], ["a"], ["a", "c", "c"]])
    assert opened.idf("none") > opened.idf("b") == opened.idf("c") > opened.idf("a") > 0


def test_an_index_of_empty_passages(tmp_path: Path) -> None:
    opened = written(tmp_path / "x", [[], []])
    assert opened.scores({"a": 1.0}).tolist() == [0.0, 0.0]


def test_a_term_of_more_than_255_times(tmp_path: Path) -> None:
    opened = written(tmp_path / "x", [["a"] * 1000, ["b"]])
    assert opened.scores({"a": 1.0})[0] > 0


# Vectors


def unit(rows: int, seed: int, dimension: int = 16) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(rows, dimension)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def test_vectors_round_trip(tmp_path: Path) -> None:
    vectors = unit(9, 1)
    first = np.array([0, 1, 4, 9])
    dense_index.write(tmp_path, vectors, first)
    opened = DenseIndex(tmp_path)
    assert (opened.dimension, opened.size) == (16, 9)
    assert opened.all_vectors().tobytes() == vectors.tobytes()
    query = unit(1, 2)[0]
    cosines = vectors @ query
    expected = [cosines[0], (cosines[1] + cosines[2:4].max()) / 2, (cosines[4] + cosines[5:9].max()) / 2]
    np.testing.assert_allclose(opened.similarities(query, np.array([0, 1, 2])), expected, atol=1e-6)
    np.testing.assert_allclose(opened.similarities(query, np.array([2, 0])), [expected[2], expected[0]], atol=1e-6)
    np.testing.assert_allclose(opened.segment_similarities(query, 0), cosines[:1], atol=1e-6)
    np.testing.assert_allclose(opened.segment_similarities(query, 2), cosines[5:9], atol=1e-6)


def test_candidates_own_the_nearest_vectors(tmp_path: Path) -> None:
    dice = np.random.default_rng(5)
    first = np.concatenate([[0], np.cumsum(dice.integers(1, 6, 40))])
    vectors = unit(int(first[-1]), 6)
    dense_index.write(tmp_path, vectors, first)
    opened = DenseIndex(tmp_path)
    owner = np.repeat(np.arange(40), np.diff(first))
    for seed in range(20):
        query = unit(1, 100 + seed)[0]
        for count in (1, 7, 10_000):
            nearest = np.argsort(-(vectors @ query), kind="stable")[:count]
            assert opened.candidates(query, count).tolist() == sorted(set(owner[nearest].tolist()))


def test_no_vectors(tmp_path: Path) -> None:
    dense_index.write(tmp_path, np.empty((0, 16), np.float32), np.array([0]))
    opened = DenseIndex(tmp_path)
    assert opened.size == 0
    assert opened.candidates(unit(1, 1)[0], 5).tolist() == []
    assert opened.all_vectors().shape == (0, 16)


# Passages

CALL = "管理層回答:\r\n\r\n早安😀。收入增長。\r\n\r\n來自花旗的提問者:\r\n\r\n毛利率如何?\ud800\r\n"


def documents() -> list[tuple[str, Source, Transcript, list[Passage]]]:
    found = []
    for number, (name, text) in enumerate(
        [("一", CALL), ("empty", " \n"), ("sub/b.txt", "Just a plain text. " * 90), ("é", CALL)]
    ):
        transcript = parse(text, encoding="gb18030")
        found.append((name, Source(number, f"{name}.txt", len(text), "0" * 64), transcript, split(transcript, name)))
    return found


def test_passages_round_trip(tmp_path: Path) -> None:
    stored = documents()
    passage_store.write(tmp_path, stored)
    opened = PassageStore(tmp_path)
    everything = [passage for _, _, _, passages in stored for passage in passages]
    assert len(opened) == len(everything)
    assert [opened.passage(row) for row in range(len(opened))] == everything
    assert opened.document_count == len(stored)
    assert opened.names() == [name for name, _, _, _ in stored]
    row = 0
    for number, (name, source, transcript, passages) in enumerate(stored):
        document = opened.document(number)
        assert (document.name, document.source, document.transcript) == (name, source, transcript)
        assert document.passages == (row, row + len(passages))
        assert opened.number_of(name) == number
        assert all(opened.document_of(r) == document for r in range(*document.passages))
        row += len(passages)
    assert opened.number_of("nothing") is None
    assert [entry[:2] for entry in opened.sources()] == [(name, source) for name, source, _, _ in stored]
    assert [opened.speaker(row) for row in range(len(opened))] == [passage.speaker for passage in everything]
    assert [tuple(SectionKind)[kind] for kind in opened.sections] == [passage.section for passage in everything]
    assert opened.is_han.tolist() == [any("\u4e00" <= c <= "\u9fff" for c in passage.text) for passage in everything]


def test_a_record_that_makes_no_sense_is_named(tmp_path: Path) -> None:
    passage_store.write(tmp_path, documents())
    path = tmp_path / "documents.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"encoding"', b'"encodign"', 1))
    with pytest.raises(StoreError) as caught:
        PassageStore(tmp_path).document(0)
    assert (caught.value.path, caught.value.line) == (path, 1)
