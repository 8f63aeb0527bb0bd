"""The bundled encoder's layers as an ONNX graph over one row of tokens, whatever precision its matrices have.

Input ``embedded``: float32 (1, tokens, 384), word, position and type embeddings summed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from rag.onnx_graph import MICROSOFT, Graph

HIDDEN, HEADS = 384, 12
EPS = 1e-12

#: Weights by transformers' names: float32, or int8 with float32 ``NAME.scale`` for each output.
State = dict[str, np.ndarray]


class TransformerGraph(ABC):
    """The layers; how a matrix multiplies is the subclass's."""

    def __init__(self, state: State):
        self.graph = Graph()
        self.state = state
        self._heads = self.graph.constant("heads", np.array([-1, HEADS, HIDDEN // HEADS]))
        self._joined = self.graph.constant("joined", np.array([1, -1, HIDDEN]))

    @abstractmethod
    def project(self, x: str, names: Sequence[str]) -> list[str]:
        """``x`` times each matrix of these names, plus its bias."""

    @abstractmethod
    def project_heads(self, x: str, name: str) -> str:
        """The same for what the heads give."""

    def states(self, layers: int) -> str:
        """The last hidden states, (1, tokens, hidden)."""
        x = self._norm(self.graph.input("embedded", ["rows", "tokens", HIDDEN]), "embeddings.LayerNorm")
        for number in range(layers):
            x = self._layer(x, f"encoder.layer.{number}.")
        return x

    def mean(self, states: str, name: str | None = None) -> str:
        """Over the tokens, (1, hidden)."""
        return self.graph.node("ReduceMean", [states], name=name, axes=[1], keepdims=0)

    def weight(self, name: str) -> str:
        return self.graph.constant(name, self.state[name])

    def _norm(self, x: str, name: str) -> str:
        # ONNX Runtime's SkipLayerNormalization, which adds as well, takes six times as long.
        inputs = [x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]
        return self.graph.node("LayerNormalization", inputs, axis=-1, epsilon=EPS)

    def _layer(self, x: str, at: str) -> str:
        graph = self.graph
        query, key, value = (
            graph.node("Transpose", [graph.node("Reshape", [projected, self._heads])], perm=[1, 0, 2])
            for projected in self.project(x, [f"{at}attention.self.{name}" for name in ("query", "key", "value")])
        )
        scale = (HIDDEN // HEADS) ** -0.5
        scores = graph.node("FusedMatMul", [query, key], domain=MICROSOFT, transB=1, alpha=scale)
        mixed = graph.node("MatMul", [graph.node("Softmax", [scores], axis=-1), value])
        mixed = graph.node("Reshape", [graph.node("Transpose", [mixed], perm=[1, 0, 2]), self._joined])
        added = graph.node("Add", [x, self.project_heads(mixed, f"{at}attention.output.dense")])
        x = self._norm(added, f"{at}attention.output.LayerNorm")
        (wide,) = self.project(x, [f"{at}intermediate.dense"])
        (narrow,) = self.project(graph.node("Gelu", [wide], domain=MICROSOFT), [f"{at}output.dense"])
        return self._norm(graph.node("Add", [x, narrow]), f"{at}output.LayerNorm")


def session(model: bytes | str) -> Any:
    """An ONNX Runtime session of one thread for the bytes of a graph or the path of its file. Several threads may run it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Rows are shared out among our own threads, which do not wait for each other.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # Errors come as exceptions; warnings about the machine are none of the user's business.
    options.log_severity_level = 3
    # The graph is written as it is to be run.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
