"""The three parts of a store by themselves: BM25 against a plain reference, vectors, passages."""

from __future__ import annotations

import math
import random
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rag import dense_index, embedding, lexical_index, lexical_merge, lexical_writer
from rag.arrays import GrowingArray
from rag.dense_index import DenseIndex
from rag.embedding import Spool, embed
from rag.errors import StoreError
from rag.journal import Journal
from rag.lexical_index import LexicalIndex
from rag.lexical_writer import LexicalWriter
from rag.passage_store import PassageStore, Source
from rag.passage_writer import PassageWriter
from rag.passages import split
from rag.records import Passage, SectionKind, Transcript
from rag.transcripts import parse
from rag.vector_store import Vectors, VectorStore, quantise, restore

# BM25


def reference(corpus: list[list[str]], weights: dict[str, float]) -> list[float]:
    """BM25 from its definition, in double precision."""
    k1, b, mean = lexical_index.K1, lexical_index.B, sum(map(len, corpus)) / len(corpus)
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
    writer = LexicalWriter(folder)
    for terms in corpus:
        writer.add(terms)
    writer.close()
    assert sorted(path.name for path in folder.iterdir()) == sorted(lexical_index.FILES)
    return LexicalIndex(folder)


_PASSAGE = st.lists(st.sampled_from(["资本", "资", "a", "ab", "b", "#1845", "@花旗", "é", "\ud800"]), max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    passages=st.lists(st.tuples(_PASSAGE, st.sampled_from(["kept", "new", "gone"])), max_size=12),
    chunk=st.sampled_from([1, 3, 1 << 22]),
)
def test_a_merged_index_is_the_one_that_is_written_at_once(
    passages: list[tuple[list[str], str]], chunk: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    earlier = [(terms, fate) for terms, fate in passages if fate != "new"]
    now = [(terms, fate) for terms, fate in passages if fate != "gone"]
    written(folder / "earlier", [terms for terms, _ in earlier])
    written(folder / "whole", [terms for terms, _ in now])
    (folder / "merged").mkdir()
    writer = LexicalWriter(folder / "merged")
    for terms, fate in now:
        if fate == "kept":
            writer.skip(np.array([len(terms)], np.uint32))
        else:
            writer.add(terms)
    writer.close()
    places = iter(row for row, (_, fate) in enumerate(now) if fate == "kept")
    rows = np.array([next(places) if fate == "kept" else -1 for _, fate in earlier], np.int64)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lexical_merge, "_CHUNK", chunk)
        lexical_merge.merge(folder / "merged", folder / "earlier", rows)
    for name in lexical_index.FILES:
        assert (folder / "merged" / name).read_bytes() == (folder / "whole" / name).read_bytes(), name
    assert len(list((folder / "merged").iterdir())) == len(lexical_index.FILES)


@pytest.mark.parametrize("long", [0, 10_000])
def test_bm25_is_the_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long: int) -> None:
    monkeypatch.setattr(lexical_index, "_LONG", long)
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
            found = opened.scores(query, np.arange(len(corpus)))
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
        scores = opened.scores({term: 1.0}, np.arange(len(corpus)))
        assert (scores > 0).tolist() == [term in passage for passage in corpus]


@pytest.mark.parametrize("long", [0, 2, 8, 10_000])
def test_the_best_are_found_whichever_postings_are_avoided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long: int
) -> None:
    monkeypatch.setattr(lexical_index, "_LONG", long)
    dice = random.Random(11)
    corpus = [[f"w{min(int(dice.expovariate(0.15)), 40)}" for _ in range(dice.randint(0, 30))] for _ in range(200)]
    opened = written(tmp_path / "x", corpus)
    for _ in range(60):
        query = {f"w{dice.randint(0, 41)}": dice.choice([1.0, 0.3]) for _ in range(dice.randint(1, 8))}
        allowed = None if dice.random() < 0.5 else np.array([dice.random() < 0.6 for _ in corpus])
        expected = np.array(reference(corpus, query)) * (1 if allowed is None else allowed)
        count = dice.choice([1, 5, 50])
        found = opened.top(query, count, allowed)
        assert found.tolist() == sorted(set(found.tolist()))
        worst = np.sort(expected)[-count]
        assert set(np.flatnonzero(expected > worst + 1e-4)) <= set(found.tolist())
        assert (expected[found] >= worst - 1e-4).all() and (expected[found] > 0).all()


def test_postings_that_do_not_fit_in_memory_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(12)
    corpus = [[f"w{dice.randint(0, 30)}" for _ in range(dice.randint(0, 20))] for _ in range(100)]
    written(tmp_path / "whole", corpus)
    monkeypatch.setattr(lexical_writer, "_CHUNK", 37)
    written(tmp_path / "parts", corpus)
    for name in lexical_index.FILES:
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()


def test_idf_falls_as_a_term_spreads(tmp_path: Path) -> None:
    opened = written(tmp_path / "x", [["a", "b"], ["a"], ["a", "c", "c"]])
    assert opened.idf("none") > opened.idf("b") == opened.idf("c") > opened.idf("a") > 0


def test_an_index_of_empty_passages(tmp_path: Path) -> None:
    opened = written(tmp_path / "x", [[], []])
    assert opened.scores({"a": 1.0}, np.arange(2)).tolist() == [0.0, 0.0]
    assert opened.top({"a": 1.0}, 5).tolist() == []


def test_a_term_of_more_than_255_times(tmp_path: Path) -> None:
    opened = written(tmp_path / "x", [["a"] * 1000, ["b"]])
    assert opened.scores({"a": 1.0}, np.arange(2))[0] > 0


# Vectors


def unit(rows: int, seed: int, dimension: int = 16) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(rows, dimension)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def stored(folder: Path, vectors: np.ndarray, first: list[int]) -> VectorStore:
    codes, scales = quantise(vectors)
    keys = np.arange(len(vectors), dtype=np.uint64)
    for name, array in (("codes", codes), ("scales", scales), ("keys", keys), ("first", np.array(first, np.uint32))):
        np.save(folder / f"{name}.npy", array)
    return VectorStore(folder)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float32, (3, 8), elements=st.floats(-1, 1, width=32)))
def test_eight_bits_a_number_are_close_and_each_vector_stands_alone(vectors: np.ndarray) -> None:
    codes, scales = quantise(vectors)
    assert (codes.dtype, scales.dtype) == (np.int8, np.float32)
    # Half a step of each vector's own scale, and nothing of its neighbours'.
    assert (np.abs(restore(codes, scales) - vectors) <= scales[:, None] * 0.5001 + 1e-7).all()
    assert quantise(vectors[1:2])[0].tobytes() == codes[1:2].tobytes()


def test_similarity_is_the_best_of_a_passages_segments_and_their_mean(tmp_path: Path) -> None:
    opened = stored(tmp_path, unit(9, 1), [0, 1, 4, 9])
    vectors = opened.vectors(slice(None))
    np.testing.assert_allclose(vectors, unit(9, 1), atol=0.004)
    query = unit(1, 2)[0]
    cosines = vectors @ query
    expected = [
        0.2 * of_passage.mean() + 0.8 * of_passage.max() for of_passage in (cosines[:1], cosines[1:4], cosines[4:])
    ]
    np.testing.assert_allclose(opened.similarities(query, np.array([0, 1, 2])), expected, atol=1e-6)
    np.testing.assert_allclose(opened.similarities(query, np.array([2, 0])), [expected[2], expected[0]], atol=1e-6)
    first, third = opened.segment_similarities(query, np.array([0, 2]))
    np.testing.assert_allclose(first, cosines[:1], atol=1e-6)
    np.testing.assert_allclose(third, cosines[4:9], atol=1e-6)
    assert opened.segment_similarities(query, np.array([], np.int64)) == []
    sums = np.array([vectors[1:4].sum(0), vectors[4:].sum(0)])
    np.testing.assert_allclose(
        opened.centroids(slice(1, 3)), sums / np.linalg.norm(sums, axis=1, keepdims=True), atol=1e-6
    )
    assert opened.similarities(query, np.empty(0, np.int64)).shape == (0,)


def test_a_small_index_finds_the_nearest_exactly(tmp_path: Path) -> None:
    first = np.concatenate([[0], np.cumsum(np.random.default_rng(5).integers(1, 6, 40))])
    vectors = stored(tmp_path, unit(int(first[-1]), 6), first.tolist())
    dense_index.write(tmp_path, vectors, 16)
    opened = DenseIndex(tmp_path, 40, 16)
    assert (len(opened), opened.dimension, dense_index.describe(40)) == (40, 16, "Flat")
    own = vectors.centroids(slice(0, 40))
    for seed in range(20):
        query = unit(1, 100 + seed)[0]
        for count in (1, 7, 10_000):
            assert opened.nearest(query, count).tolist() == np.argsort(-(own @ query), kind="stable")[:count].tolist()


def test_a_large_index_looks_into_cells_and_finds_nearly_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense_index, "FLAT", 1000)
    dice = np.random.default_rng(7)
    # Passages of one segment to six lie in clusters that share a direction, as those of texts do: cosines differ little.
    first = np.concatenate([[0], np.cumsum(dice.integers(1, 7, 3000))])
    centres = unit(40, 8, 32) + 3 * unit(1, 9, 32)
    owners = centres[np.repeat(dice.integers(0, 40, 3000), np.diff(first))]
    spread = owners + dice.normal(scale=0.35, size=owners.shape).astype(np.float32)
    vectors = stored(tmp_path, spread / np.linalg.norm(spread, axis=1, keepdims=True), first.tolist())
    dense_index.write(tmp_path, vectors, 32)
    opened = DenseIndex(tmp_path, 3000, 32)
    assert dense_index.describe(3000).startswith("IVF")
    own, centroids, hits = vectors.vectors(slice(None)), vectors.centroids(slice(0, 3000)), 0
    for row in first[:-1:30].tolist():
        found = opened.nearest(own[row], 100)
        assert len(found) == len(set(found.tolist())) == 100
        hits += len(set(found.tolist()) & set(np.argsort(-(centroids @ own[row]))[:10].tolist()))
    assert hits / 1000 > 0.95
    before = (tmp_path / "vectors.faiss").read_bytes()
    dense_index.write(tmp_path, vectors, 32)
    assert (tmp_path / "vectors.faiss").read_bytes() == before


def test_no_vectors(tmp_path: Path) -> None:
    dense_index.write(tmp_path, stored(tmp_path, np.empty((0, 16), np.float32), [0]), 16)
    opened = DenseIndex(tmp_path, 0, 16)
    assert len(opened) == 0
    assert opened.nearest(unit(1, 1)[0], 5).tolist() == []


# Texts and what was embedded of them


class Counting:
    """An encoder whose vectors come from the text's hash and that notes what it was given."""

    name = fingerprint = "counting"
    dimension = 16

    def __init__(self, most: int = 10**9) -> None:
        self.seen: list[str] = []
        self.most = most

    def query(self, text: str) -> np.ndarray:
        return unit(1, zlib.crc32(text.encode()))[0]

    def passages(self, texts: Sequence[str], progress: Callable[[int], None]) -> np.ndarray:
        if len(self.seen) + len(texts) > self.most:
            raise KeyboardInterrupt
        self.seen += texts
        progress(len(texts))
        return np.stack([self.query(text) for text in texts])


def embedded(folder: Path, texts: list[str], encoder: Counting, journal: Journal, known: list[Vectors]) -> VectorStore:
    folder.mkdir(exist_ok=True)
    spool = Spool(folder)
    for text in texts:
        spool.add([text])
    spool.close()
    count = embed(folder, spool, encoder, known, journal)
    assert count == len(encoder.seen)
    return VectorStore(folder)


def test_each_text_is_embedded_once_and_goes_to_its_rows(tmp_path: Path) -> None:
    encoder = Counting()
    journal = Journal(tmp_path / "embedded", "counting", 16)
    found = embedded(tmp_path / "a", ["一", "b", "一", "", "b"], encoder, journal, [])
    assert encoder.seen == ["一", "b", ""]
    vectors = found.vectors(slice(None))
    np.testing.assert_allclose(vectors, [encoder.query(text) for text in ["一", "b", "一", "", "b"]], atol=0.01)
    again = Counting()
    more = embedded(tmp_path / "b", ["c", "b"], again, Journal(tmp_path / "none", "counting", 16), [found.by_text()])
    assert again.seen == ["c"]
    assert more.vectors(slice(1, 2)).tobytes() == found.vectors(slice(1, 2)).tobytes()


def test_what_a_dead_build_embedded_is_not_embedded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "_BLOCK", 4)
    texts = [f"text {n}" for n in range(30)]
    with pytest.raises(KeyboardInterrupt):
        embedded(tmp_path / "a", texts, Counting(most=17), Journal(tmp_path / "j", "counting", 16), [])
    size = (tmp_path / "j").stat().st_size
    # The last record torn, and one of the tenth's bytes changed: what stands before is used.
    raw = bytearray((tmp_path / "j").read_bytes()[:-3])
    record = (size - 64) // 16
    raw[64 + 9 * record + 20] ^= 1
    (tmp_path / "j").write_bytes(raw)
    journal = Journal(tmp_path / "j", "counting", 16)
    resumed = Counting()
    found = embedded(tmp_path / "b", texts, resumed, journal, [journal.read()])
    assert resumed.seen == texts[9:]
    whole = embedded(tmp_path / "c", texts, Counting(), Journal(tmp_path / "k", "counting", 16), [])
    assert found.vectors(slice(None)).tobytes() == whole.vectors(slice(None)).tobytes()
    assert len(Journal(tmp_path / "j", "another", 16).read().keys) == 0
    journal.remove()
    assert not (tmp_path / "j").exists()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=8))
def test_a_growing_array_is_what_numpy_would_save(tmp_path_factory: pytest.TempPathFactory, sizes: list[int]) -> None:
    folder = tmp_path_factory.mktemp("grow")
    dice = np.random.default_rng(1)
    parts = [dice.integers(0, 9, (size, 3)).astype(np.int16) for size in sizes]
    with GrowingArray(folder / "grown.npy", np.int16, (3,)) as grown:
        for part in parts:
            grown.append(part)
    np.save(folder / "saved.npy", np.concatenate([np.empty((0, 3), np.int16), *parts]))
    assert (folder / "grown.npy").read_bytes() == (folder / "saved.npy").read_bytes()


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


def write(folder: Path, stored: list[tuple[str, Source, Transcript, list[Passage]]]) -> None:
    writer = PassageWriter(folder)
    for entry in stored:
        writer.add(*entry)
    writer.close()


def test_passages_round_trip(tmp_path: Path) -> None:
    stored = documents()
    write(tmp_path, stored)
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
    write(tmp_path, documents())
    path = tmp_path / "documents.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"encoding"', b'"encodign"', 1))
    with pytest.raises(StoreError) as caught:
        PassageStore(tmp_path).document(0)
    assert (caught.value.path, caught.value.line) == (path, 1)
