"""The reader's network as an ONNX graph: embeddings of one pair → relevance, answerability, start and end of the answer.

Outputs: ``pooled`` (1, 2), relevance and answerability; ``spans`` (1, tokens, 2), start and end. All logits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.onnx_graph import MICROSOFT
from rag.transformer_graph import State, TransformerGraph


def build(state: State, layers: int, *, narrow: bool = False) -> bytes:
    """The bytes of the .onnx file.

    Args:
        narrow: whether weights have 7 bits instead of 8: what processors need whose sums of two 8-bit products overflow.
    """
    network = _Network(state, narrow)
    states = network.states(layers)
    network.head(network.mean(states), "head.pooled", "pooled")
    network.head(states, "head.span", "spans")
    network.graph.output("pooled", ["pairs", 2])
    network.graph.output("spans", ["pairs", "tokens", 2])
    return network.graph.serialise()


class _Network(TransformerGraph):
    """Matrices in 8 bits a weight; activations are made 8 bits wide as they pass."""

    def __init__(self, state: State, narrow: bool):
        super().__init__(state)
        self._narrow = narrow

    def head(self, x: str, name: str, output: str) -> None:
        weight = self.graph.constant(f"{name}.weight", np.ascontiguousarray(self.state[f"{name}.weight"].T))
        product = self.graph.node("MatMul", [x, weight])
        self.graph.node("Add", [product, self.weight(f"{name}.bias")], name=output)

    def project(self, x: str, names: Sequence[str]) -> list[str]:
        """With a scale for each token: a few tokens have numbers so large that the others' would be lost."""
        graph = self.graph
        largest = graph.node("ReduceMax", [graph.node("Abs", [x])], axes=[-1], keepdims=1)
        scaled = graph.node("Div", [x, largest])
        products = [graph.node("Mul", [self._product(scaled, name), largest]) for name in names]
        return [
            graph.node("Add", [product, self.weight(f"{name}.bias")])
            for product, name in zip(products, names, strict=True)
        ]

    def project_heads(self, x: str, name: str) -> str:
        """With one scale for all tokens."""
        return self._product(x, name, self.weight(f"{name}.bias"))

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
        codes = self.state[f"{name}.weight"]
        if codes.dtype == np.int8:
            scales = self.state[f"{name}.weight.scale"]
        else:
            scales = np.abs(codes).max(1).clip(1e-12) / np.float32(127)
            codes = np.rint(codes / scales[:, None]).astype(np.int8)
        if self._narrow:
            return np.rint(codes / 2).astype(np.int8), scales * np.float32(2)
        return codes, scales
