"""The reader's network as an ONNX graph: embeddings of one pair → relevance, answerability, start and end of the answer.

Outputs: ``pooled`` (1, 2), relevance and answerability; ``spans`` (1, tokens, 2), start and end. All logits.
"""

from __future__ import annotations

import numpy as np

from rag.eight_bit_graph import EightBitGraph
from rag.transformer_graph import State


def build(state: State, layers: int, *, narrow: bool = False) -> bytes:
    """The bytes of the .onnx file.

    Args:
        narrow: whether weights have 7 bits instead of 8: what processors need whose sums of two 8-bit products overflow.
    """
    network = _Network(state, narrow=narrow)
    states = network.states(layers)
    mean = network.graph.node("ReduceMean", [states], axes=[1], keepdims=0)
    network.head(mean, "head.pooled", "pooled")
    network.head(states, "head.span", "spans")
    network.graph.output("pooled", ["pairs", 2])
    network.graph.output("spans", ["pairs", "tokens", 2])
    return network.graph.serialise()


class _Network(EightBitGraph):
    def head(self, x: str, name: str, output: str) -> None:
        weight = self.graph.constant(f"{name}.weight", np.ascontiguousarray(self.state[f"{name}.weight"].T))
        product = self.graph.node("MatMul", [x, weight])
        self.graph.node("Add", [product, self.weight(f"{name}.bias")], name=output)
