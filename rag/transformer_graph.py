"""The bundled encoder's layers as an ONNX graph over texts of one length, whatever precision its matrices have.

Input ``embedded``: float32 (texts, tokens, 384), word, position and type embeddings summed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from rag.onnx_graph import MICROSOFT, Graph

HIDDEN, HEADS = 384, 12
EPS = 1e-12

#: Weights by transformers' names: float32, or int8 with float32 ``NAME.scale`` for each output.
State = dict[str, np.ndarray]
#: What goes into a matrix: a layer norm's output, the heads', or what GELU gives.
After = Literal["norm", "heads", "gelu"]


class TransformerGraph(ABC):
    """The layers; how a matrix multiplies is the subclass's."""

    def __init__(self, state: State):
        self.graph = Graph()
        self.state = state
        # Nought keeps a dimension as it is.
        self._heads = self.graph.constant("heads", np.array([0, 0, -1, HIDDEN // HEADS]))
        self._joined = self.graph.constant("joined", np.array([0, 0, HIDDEN]))
        self._at = [self.graph.constant(f"head.{at}", np.array([at])) for at in (0, HEADS, 2 * HEADS, 3 * HEADS)]
        self._head_axis = self.graph.constant("head.axis", np.array([1]))

    @abstractmethod
    def project(self, x: str, names: Sequence[str], after: After) -> str:
        """``x`` times the matrices of these names, their outputs side by side, plus their biases.

        Args:
            after: what ``x`` comes from.
        """

    def states(self, layers: int) -> str:
        """The last hidden states, (texts, tokens, hidden)."""
        x = self._norm(self.graph.input("embedded", ["texts", "tokens", HIDDEN]), "embeddings.LayerNorm")
        for number in range(layers):
            x = self._layer(x, f"encoder.layer.{number}.")
        return x

    def weight(self, name: str) -> str:
        return self.graph.constant(name, self.state[name])

    def _norm(self, x: str, name: str) -> str:
        # ONNX Runtime's SkipLayerNormalization, which adds as well, takes six times as long.
        inputs = [x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]
        return self.graph.node("LayerNormalization", inputs, axis=-1, epsilon=EPS)

    def _layer(self, x: str, at: str) -> str:
        graph = self.graph
        projected = self.project(x, [f"{at}attention.self.{name}" for name in ("query", "key", "value")], "norm")
        heads = graph.node("Transpose", [graph.node("Reshape", [projected, self._heads])], perm=[0, 2, 1, 3])
        query, key, value = (
            graph.node("Slice", [heads, start, end, self._head_axis]) for start, end in pairwise(self._at)
        )
        scale = (HIDDEN // HEADS) ** -0.5
        scores = graph.node("FusedMatMul", [query, key], domain=MICROSOFT, transB=1, alpha=scale)
        mixed = graph.node("MatMul", [graph.node("Softmax", [scores], axis=-1), value])
        mixed = graph.node("Reshape", [graph.node("Transpose", [mixed], perm=[0, 2, 1, 3]), self._joined])
        added = graph.node("Add", [x, self.project(mixed, [f"{at}attention.output.dense"], "heads")])
        x = self._norm(added, f"{at}attention.output.LayerNorm")
        wide = graph.node("Gelu", [self.project(x, [f"{at}intermediate.dense"], "norm")], domain=MICROSOFT)
        narrow = self.project(wide, [f"{at}output.dense"], "gelu")
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
