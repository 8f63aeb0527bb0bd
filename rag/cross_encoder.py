"""The trained second stage: question and passage read together, without torch.

The network is the bundled encoder with its upper layers trained further and two small heads on top
(`scripts/train_reader.py`); what was trained ships as ``data/reader.safetensors``. At first use the whole is put together
as an ONNX model in the cache folder: matrices in 8 bits a weight with a scale for each output, as they ship. Activations
are made 8 bits wide as they pass. A pair's scores depend neither on the other pairs nor on the number of threads.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.resources import as_file, files
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rag import bundled_model, cache, embeddings, processor, reader_network, transformer_graph, unigram, windows
from rag.embeddings import Embeddings
from rag.encoder import LONGEST_QUESTION
from rag.judged import Judged
from rag.text import cased, cased_with_map

#: Tokens of a question and of what was asked before the passage that are read; with the passage and the marks between them
#: they fill the model's 512 at most.
QUESTION, BEFORE, ALL = 96, 64, 512
_BEGIN, _END = 0, 2
#: Goes into the cache folder's name: raise it when what is written there changes.
_VERSION = 4
#: More workers than this gain nothing on a dozen passages.
_MOST_THREADS = 8


class Pair(NamedTuple):
    """What is read together: a question and a passage. ``before`` is what was asked on the call where the passage answers."""

    question: str
    passage: str
    before: str = ""


class CrossEncoder:
    """The trained reader, opened at its first question.

    Args:
        weights: what `scripts/train_reader.py` wrote; None for the shipped ones.
    """

    def __init__(self, weights: Path | None = None):
        self._weights = weights

    def judge(self, pairs: Sequence[Pair]) -> list[Judged]:
        """Read questions, each with a passage.

        Raises:
            EncoderError: the weights are missing, or the cache folder cannot be written.
        """
        asked = {
            question: self._ids(question[:LONGEST_QUESTION])[:QUESTION] for question in {p.question for p in pairs}
        }
        before = {text: self._ids(tail(text))[-BEFORE:] for text in {p.before for p in pairs}}
        parts = [windows.cut(p.passage) for p in pairs]
        inputs = [
            self._input(heading(asked[p.question], before[p.before]), p.passage[start:end])
            for p, cut in zip(pairs, parts, strict=True)
            for start, end in cut
        ]
        # Two outputs: relevance and answerability (1, 2), start and end (1, tokens, 2).
        found = self._workers.map(lambda given: self._session.run(None, {"embedded": given.embedded}), inputs)
        judged = iter(
            Judged(
                float(pooled[0, 0]),
                float(pooled[0, 1]),
                spans[0, given.first : given.first + len(given.places), 0],
                spans[0, given.first : given.first + len(given.places), 1],
                given.places,
            )
            for given, (pooled, spans) in zip(inputs, found, strict=True)
        )
        return [windows.joined(cut, list(islice(judged, len(cut)))) for cut in parts]

    def _ids(self, text: str) -> list[int]:
        return [token for token, _, _ in self._tokenizer.tokens(cased(text))]

    def _input(self, head: list[int], passage: str) -> _Input:
        seen = cased_with_map(passage)
        ids = [_BEGIN, *head, _END, _END]
        tokens = self._tokenizer.tokens(seen.text)[: ALL - len(ids) - 1]
        places = [seen.source(start, end) if end > start else (seen.starts[start],) * 2 for _, start, end in tokens]
        embedded = self._embeddings.of([*ids, *(token for token, _, _ in tokens), _END])
        return _Input(embedded, len(ids), np.array(places, np.int64).reshape(-1, 2))

    @cached_property
    def _folder(self) -> Path:
        with as_file(self._weights or files("rag").joinpath("data/reader.safetensors")) as path:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            narrow = not processor.adds_bytes_safely()
            name = f"reader-{digest[:12]}-{_VERSION}{'-narrow' if narrow else ''}"
            instead = ", or leave the second stage out: --fast"
            return cache.folder(name, lambda draft: _unpack(path, draft, narrow), 40, instead)

    @cached_property
    def _tokenizer(self) -> unigram.Unigram:
        return unigram.Unigram(self._folder)

    @cached_property
    def _embeddings(self) -> Embeddings:
        return Embeddings(self._folder)

    @cached_property
    def _session(self) -> Any:
        return transformer_graph.session(str(self._folder / "reader.onnx"))

    @cached_property
    def _workers(self) -> ThreadPoolExecutor:
        # Opened before the workers may ask for it all at once.
        assert self._session is not None
        return ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1), thread_name_prefix="reader")


class _Input(NamedTuple):
    """The embeddings of a pair, float32 (1, tokens, hidden), where the passage begins in them, and the places of its tokens."""

    embedded: np.ndarray
    first: int
    places: np.ndarray


def tail(before: str) -> str:
    """The end of what was asked, which has the question: no less than is read of it."""
    return before[-8 * BEFORE :]


def heading(question: list[int], before: list[int]) -> list[int]:
    """What is read before the passage: the question's tokens and, behind a mark, those of what the passage answers."""
    return [*question, _END, *before] if before else question


def _unpack(shipped: Path, folder: Path, narrow: bool) -> None:
    """All that a question needs: the network, the tokenizer, the embeddings."""
    from safetensors.numpy import load_file

    weights = bundled_model.read()
    state = bundled_model.state(weights) | load_file(shipped)
    (folder / "reader.onnx").write_bytes(reader_network.build(state, weights.header.layers, narrow=narrow))
    embeddings.write(weights, folder)
    unigram.write(weights, folder)
