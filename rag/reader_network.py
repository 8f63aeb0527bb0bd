"""The reader's network as an ONNX graph: embeddings of one pair → relevance, answerability, start and end of the answer.

Input ``embedded``: float32 (1, tokens, 384), word, position and type embeddings summed. Outputs: ``pooled`` (1, 2),
relevance and answerability; ``spans`` (1, tokens, 2), start and end. All logits.
"""

from __future__ import annotations

import numpy as np

from rag.onnx_graph import MICROSOFT, Graph

_HIDDEN, _HEADS = 384, 12
_EPS = 1e-12

#: Weights by transformers' names: float32, or int8 with float32 ``NAME.scale`` for each output.
State = dict[str, np.ndarray]


def build(state: State, layers: int, *, narrow: bool = False) -> bytes:
    """The bytes of the .onnx file.

    Args:
        narrow: whether weights have 7 bits instead of 8: what processors need whose sums of two 8-bit products overflow.
    """
    network = _Network(state, narrow)
    graph = network.graph
    x = network.norm(graph.input("embedded", ["pairs", "tokens", _HIDDEN]), "embeddings.LayerNorm")
    for number in range(layers):
        x = network.layer(x, f"encoder.layer.{number}.")
    mean = graph.node("ReduceMean", [x], axes=[1], keepdims=0)
    network.head(mean, "head.pooled", "pooled")
    network.head(x, "head.span", "spans")
    graph.output("pooled", ["pairs", 2])
    graph.output("spans", ["pairs", "tokens", 2])
    return graph.serialise()


class _Network:
    def __init__(self, state: State, narrow: bool):
        self.graph = Graph()
        self._state = state
        self._narrow = narrow
        self._heads = self.graph.constant("heads", np.array([-1, _HEADS, _HIDDEN // _HEADS]))
        self._joined = self.graph.constant("joined", np.array([1, -1, _HIDDEN]))

    def norm(self, x: str, name: str) -> str:
        weights = [self.graph.constant(f"{name}.{part}", self._state[f"{name}.{part}"]) for part in ("weight", "bias")]
        # ONNX Runtime's SkipLayerNormalization, which adds as well, takes six times as long.
        return self.graph.node("LayerNormalization", [x, *weights], axis=-1, epsilon=_EPS)

    def head(self, x: str, name: str, output: str) -> None:
        weight = self.graph.constant(f"{name}.weight", np.ascontiguousarray(self._state[f"{name}.weight"].T))
        bias = self.graph.constant(f"{name}.bias", self._state[f"{name}.bias"])
        self.graph.node("Add", [self.graph.node("MatMul", [x, weight]), bias], name=output)

    def layer(self, x: str, at: str) -> str:
        graph = self.graph
        rows = self.by_row(x)
        query, key, value = (
            graph.node(
                "Transpose",
                [graph.node("Reshape", [self.linear_by_row(rows, f"{at}attention.self.{name}"), self._heads])],
                perm=[1, 0, 2],
            )
            for name in ("query", "key", "value")
        )
        scale = (_HIDDEN // _HEADS) ** -0.5
        scores = graph.node("FusedMatMul", [query, key], domain=MICROSOFT, transB=1, alpha=scale)
        mixed = graph.node("MatMul", [graph.node("Softmax", [scores], axis=-1), value])
        mixed = graph.node("Reshape", [graph.node("Transpose", [mixed], perm=[1, 0, 2]), self._joined])
        x = self._added(x, self.linear(mixed, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
        wide = graph.node("Gelu", [self.linear_by_row(self.by_row(x), f"{at}intermediate.dense")], domain=MICROSOFT)
        return self._added(x, self.linear_by_row(self.by_row(wide), f"{at}output.dense"), f"{at}output.LayerNorm")

    def _added(self, x: str, other: str, name: str) -> str:
        return self.norm(self.graph.node("Add", [x, other]), name)

    def linear(self, x: str, name: str) -> str:
        """``x`` in 8 bits with one scale for all tokens, times the weights, plus the bias."""
        return self._product(x, name, self.graph.constant(f"{name}.bias", self._state[f"{name}.bias"]))

    def by_row(self, x: str) -> tuple[str, str]:
        """Each token's numbers over the largest of them, and that: for `linear_by_row`."""
        largest = self.graph.node("ReduceMax", [self.graph.node("Abs", [x])], axes=[-1], keepdims=1)
        return self.graph.node("Div", [x, largest]), largest

    def linear_by_row(self, rows: tuple[str, str], name: str) -> str:
        """The same with a scale for each token: a few tokens have numbers so large that the others' would be lost."""
        graph = self.graph
        scaled, largest = rows
        product = self._product(scaled, name)
        bias = graph.constant(f"{name}.bias", self._state[f"{name}.bias"])
        return graph.node("Add", [graph.node("Mul", [product, largest]), bias])

    def _product(self, x: str, name: str, bias: str = "") -> str:
        codes, scales = self._codes(name)
        graph = self.graph
        inputs = [
            x,
            graph.constant(f"{name}.weight", np.ascontiguousarray(codes.T)),
            graph.constant(f"{name}.scale", scales),
            # Signed codes around nought are the processor's fast way.
            graph.constant(f"{name}.zero", np.zeros(len(scales), np.int8)),
        ]
        return graph.node("DynamicQuantizeMatMul", [*inputs, bias] if bias else inputs, domain=MICROSOFT)

    def _codes(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """A matrix as int8 (outputs, inputs) and float32 scales (outputs,)."""
        codes = self._state[f"{name}.weight"]
        if codes.dtype == np.int8:
            scales = self._state[f"{name}.weight.scale"]
        else:
            scales = np.abs(codes).max(1).clip(1e-12) / np.float32(127)
            codes = np.rint(codes / scales[:, None]).astype(np.int8)
        if self._narrow:
            return np.rint(codes / 2).astype(np.int8), scales * np.float32(2)
        return codes, scales
