"""The two ways to the bundled model agree, and what is wrong with its weights is told."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from rag import bundled_model, processor
from rag.bulk import Bulk
from rag.bulk_network import BulkNetwork
from rag.encoder import BundledEncoder, open_encoder
from rag.errors import EncoderError

SAID = [
    "第三季運費回升,公司明年會再買八艘船。",
    "毛利率为28.4%,提升1.2个百分点。",
    "Capital expenditure was $2.1 billion, most of it for the new plant.",
    "Ｆｕｌｌ　ｗｉｄｔｈ １８４５億",
    "a",
    "",
    "運費\t與\n油價 ﷺ ①",
    "誰問了派息的問題?",
    "- a bullet\n- another, with 😀 and e\u0301",
    "ABC-123 https://example.org/a?b=c 3.14%",
    "word " * 700,
    "船期延長。" * 200,  # longer than the model's 512 tokens
]
TEXTS = [f"passage: {text}" for text in SAID]


@pytest.fixture(scope="module", params=[True, False], ids=["int8", "float32"])
def engine(request: pytest.FixtureRequest) -> Bulk:
    """Both precisions, whichever this processor is given."""
    if request.param and not processor.adds_bytes_safely():
        pytest.skip("on this processor sums of 8-bit products overflow, so that it is never given this network")
    return Bulk(BulkNetwork(eight_bits=request.param))


@pytest.fixture(scope="module")
def bulk(engine: Bulk) -> np.ndarray:
    return engine.encode(TEXTS, lambda _: None)


def test_vectors_have_length_one(bulk: np.ndarray) -> None:
    assert bulk.shape == (len(TEXTS), 384)
    assert bulk.dtype == np.float32
    assert np.allclose(np.linalg.norm(bulk, axis=1), 1, atol=1e-5)


def test_bulk_and_instant_engine_agree(bulk: np.ndarray) -> None:
    instant = np.stack([BundledEncoder()._engine.passage(text) for text in SAID])
    assert ((bulk * instant).sum(1) > 0.999).all()


def test_a_vector_does_not_depend_on_its_batch(engine: Bulk, bulk: np.ndarray) -> None:
    reversed_order = engine.encode(TEXTS[::-1], lambda _: None)[::-1]
    alone = engine.encode(TEXTS[1:2], lambda _: None)
    assert reversed_order.tobytes() == bulk.tobytes()
    assert alone.tobytes() == bulk[1:2].tobytes()


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity") or os.cpu_count() == 1, reason="the process cannot be held to fewer cores"
)
def test_a_question_has_the_same_vector_on_one_core() -> None:
    code = """
import os, sys
if sys.argv[1] == "one":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from rag.encoder import BundledEncoder
print(BundledEncoder().query("誰問了派息的問題? Who asked about the dividend?").tobytes().hex())
"""
    one, all_cores = (
        subprocess.run([sys.executable, "-c", code, cores], capture_output=True, check=True).stdout
        for cores in ("one", "all")
    )
    assert one == all_cores and len(one) > 384


@pytest.mark.parametrize("text", ["a\0b", "\ud800 abc", "x" * 100_000])
def test_odd_questions_have_vectors(text: str) -> None:
    assert np.linalg.norm(BundledEncoder().query(text)) == pytest.approx(1, abs=1e-4)


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundled_model, "WEIGHTS_SHA256", "0" * 64)
    bundled_model.weights_path.cache_clear()
    with pytest.raises(EncoderError, match="damaged or of another version"):
        BundledEncoder().query("運費")
    monkeypatch.undo()
    bundled_model.weights_path.cache_clear()


def test_a_failed_export_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundled_model, "_export", fail)
    with pytest.raises(EncoderError, match="No space left"):
        bundled_model.exported()
    assert list((tmp_path / "rag").iterdir()) == []


def test_an_unknown_model_is_told() -> None:
    with pytest.raises(EncoderError, match="cannot be loaded"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        open_encoder("/nowhere/model").query("運費")
