"""The bundled network in ONNX Runtime and float32, for processors without bfloat16: nothing of torch is imported there.

One text at a time: float32 products of more rows are cut up otherwise, and the last bits of a text's vector would depend
on what goes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np

from rag import bundled_model, cache, embeddings
from rag.transformer_graph import State, TransformerGraph, session

#: Goes into the cache folder's name: raise it when what is written there changes.
_VERSION = 1


class OnnxNetwork:
    batch_tokens = 1

    def __init__(self) -> None:
        name = f"{bundled_model.NAME}-{bundled_model.WEIGHTS_SHA256[:12]}-onnx-{_VERSION}"
        folder = cache.folder(name, _unpack, megabytes=120)
        self.tokenizer = folder / "tokenizer.json"
        self._embeddings = embeddings.Embeddings(folder)
        self._session = session(str(folder / "network.onnx"))

    def means(self, batch: Sequence[list[int]]) -> np.ndarray:
        return np.concatenate([self._session.run(None, {"embedded": self._embeddings.of(ids)})[0] for ids in batch])

    def working(self) -> AbstractContextManager[None]:
        # The session has one thread for each that asks.
        return nullcontext()


class _Network(TransformerGraph):
    def project(self, x: str, names: Sequence[str]) -> list[str]:
        return [self.project_heads(x, name) for name in names]

    def project_heads(self, x: str, name: str) -> str:
        matrix = self.graph.constant(f"{name}.weight", np.ascontiguousarray(self.state[f"{name}.weight"].T))
        return self.graph.node("Add", [self.graph.node("MatMul", [x, matrix]), self.weight(f"{name}.bias")])


def _build(state: State, layers: int) -> bytes:
    network = _Network(state)
    network.graph.output(network.mean(network.states(layers), "mean"), ["rows", "hidden"])
    return network.graph.serialise()


def _unpack(folder: Path) -> None:
    weights = bundled_model.read()
    state = bundled_model.state(weights)
    (folder / "network.onnx").write_bytes(_build(state, weights.header.layers))
    bundled_model.tokenizer(weights).save(str(folder / "tokenizer.json"))
    embeddings.write(weights, folder)
